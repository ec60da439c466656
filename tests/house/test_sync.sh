#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A farm's computer and its office, two real programs with a line between them that breaks at chance bytes, and the farm's program
# killed now and then: nothing is lost and nothing doubled, in either direction. Then serve does it by itself.
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
unset NILA_LANG http_proxy https_proxy
A=$bin/nila-analytics
SEED=${NILA_TEST_SEED:-$((16#$(od -An -N3 -tx1 /dev/urandom | tr -d ' ')))}
echo "# seed $SEED (NILA_TEST_SEED=$SEED runs it again)"
RANDOM=$SEED

back() { TZ=Asia/Jakarta date -d "$1 days ago" +%F; }
rows() { "$A" backup "$D/count.db" --records "$1" --json | sed -n 's/.*"table":"'"$2"'","rows":\([0-9]*\).*/\1/p'; }
same() { # same TEXT FILE TABLE WANTED
  local n
  n=$(rows "$2" "$3")
  if [ "$n" = "$4" ]; then ok "$1: $n"; else not_ok "$1: $n, wanted $4"; fi
}
port() { sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$1"; }
member() { sed -n 's/.*"'"$1"'":\([0-9]*\).*/\1/p'; }

mkdir "$D/pi" "$D/office"
echo "farm,name,regency,kecamatan,entered_on
tani,Tani,kotim,62.02.06,$(back 90)" >"$D/farms.csv"
echo "pond,farm,name,system,area_m2,depth_m,entered_on
k1,tani,Kolam 1,pond,400,1.2,$(back 90)" >"$D/ponds.csv"
FEED=1500 DEATHS=300
days() { seq 1 60 | sed 's/$/ days ago/' | TZ=Asia/Jakarta date -f - +%F; }
days | awk -v n=$FEED '{ day[NR - 1] = $1 }
  END { print "pond,on,feed_kg"; for (i = 0; i < n; i++) printf "k1,%s,%d.%02d\n", day[i % NR], 1 + i / 100, i % 100 }' >"$D/feed.csv"
days | awk -v n=$DEATHS '{ day[NR - 1] = $1 }
  END { print "pond,on,count,cause"; for (i = 0; i < n; i++) printf "k1,%s,%d,\"tab\\ \047%d\047\"\n", day[i % NR], 1 + i, i }' >"$D/deaths.csv"
for t in farms ponds feed; do "$A" import $t "$D/$t.csv" --records "$D/pi/r.db" --quiet || give_up "import of $t on the farm"; done
for t in farms ponds deaths; do "$A" import $t "$D/$t.csv" --records "$D/office/r.db" --quiet || give_up "import of $t in the office"; done

office='"records": {"path": "r.db"}, "source": {"collector": {"socket": "none"}}, "web": {"port": 0}'
echo "{ $office }" >"$D/office/a.json"
claim "a key of the farm's is made in the office" "$A" sync key --farm tani --node pi-tani --out "$D/pi/key" --records "$D/office/r.db"
start office "$A" serve --config "$D/office/a.json" --ready "$D/office/ready"
await 30 "the office" test -s "$D/office/ready" || give_up "the office answers"
start line "$BUILD/tests/house/cutline" "$(port "$D/office/ready")" "$SEED" "$D/line.port" "$D/calm"
await 10 "the line" test -s "$D/line.port" || give_up "the line"
echo "{ $office, \"sync\": {\"office\": \"http://127.0.0.1:$(cat "$D/line.port")\", \"key_file\": \"key\", \"every_s\": 10} }" >"$D/pi/a.json"

# --- a flapping line, and the program killed ---
n=$("$A" sync status --config "$D/pi/a.json" --json | member unsent)
rounds=0 killed=0
while [ $rounds -lt 150 ]; do
  rounds=$((rounds + 1))
  "$A" sync now --config "$D/pi/a.json" --quiet >"$D/round.out" 2>&1 &
  pid=$!
  if [ $((RANDOM % 3)) -eq 0 ]; then
    sleep "0.0$((RANDOM % 90 + 10))"
    kill -9 $pid 2>/dev/null && killed=$((killed + 1))
  fi
  wait $pid 2>/dev/null && break
done
if [ $rounds -lt 150 ]; then ok "in step after $rounds rounds, $killed of them killed"; else
  not_ok "not in step after $rounds rounds: $(tail -n 1 "$D/round.out")"; fi
same "feedings of the farm in the office" "$D/office/r.db" feed $FEED
same "deaths of the office on the farm" "$D/pi/r.db" deaths $DEATHS
same "feedings still on the farm" "$D/pi/r.db" feed $FEED
same "deaths still in the office" "$D/office/r.db" deaths $DEATHS
same "farms in the office" "$D/office/r.db" farms 1
all=$(rows "$D/pi/r.db" changes)
same "changes of both, in the office" "$D/office/r.db" changes "$all"
if [ "$all" = $((FEED + DEATHS + 4)) ]; then ok "each change is there once: $all"; else not_ok "changes: $all, wanted $((FEED + DEATHS + 4))"; fi
left=$("$A" sync status --config "$D/pi/a.json" --json | member unsent)
if [ "$left" = 0 ]; then ok "of $n changes none is unsent"; else not_ok "unsent: $left of $n"; fi

# --- what the office refuses ---
echo "farm,name,regency,kecamatan,entered_on
lain,Lain,kotim,62.02.06,$(back 90)" >"$D/other.csv"
touch "$D/calm"
cp -r "$D/pi" "$D/bad"
"$A" import farms "$D/other.csv" --records "$D/bad/r.db" --quiet
"$A" sync now --config "$D/bad/a.json" --lang en >"$D/out" 2>&1
rc=$?
if [ $rc = 77 ] && grep -q "farms [0-9a-f]*: is of farm lain, which is not this key's" "$D/out"; then ok "another farm's row is refused by name"; else
  not_ok "another farm's row: exit $rc, $(cat "$D/out")"; fi
same "farms in the office, after that" "$D/office/r.db" farms 1
tr '0-9a-f' '1-9a-f0' <"$D/pi/key" >"$D/bad/key2" && mv "$D/bad/key2" "$D/bad/key" && chmod 600 "$D/bad/key"
"$A" sync now --config "$D/bad/a.json" --lang en >"$D/out" 2>&1
rc=$?
if [ $rc = 77 ] && grep -q "401 (the office does not know the key)" "$D/out"; then ok "a wrong key is refused"; else not_ok "a wrong key: exit $rc, $(cat "$D/out")"; fi

# what answers in the office's place may give no orders to the terminal, nor break a character in two
printf 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 28\r\nConnection: close\r\n\r\na\033[2Jb\302\233c\377 \303\251 gate\r\nmore 345' >"$D/reply"
start gate "$BUILD/tests/house/hook" "$D/gate.port" "$D/gate.out" "$D/reply"
await 20 "a gateway" test -s "$D/gate.port" || give_up "a gateway answers"
sed "s/127.0.0.1:[0-9]*/127.0.0.1:$(cat "$D/gate.port")/" "$D/pi/a.json" >"$D/bad/a.json"
"$A" sync now --config "$D/bad/a.json" --lang en >"$D/out" 2>&1
if LC_ALL=C grep -q $'HTTP answer 502: a?\\[2Jb?c? \303\251 gate$' "$D/out" && ! LC_ALL=C grep -q $'[\033\233\377]' "$D/out"; then
  ok "what the office said is shown as text"
else
  not_ok "what the office said: $(cat -v "$D/out")"
fi
stop gate

# --- serve does it by itself ---
rm -f "$D/calm"
start pi "$A" serve --config "$D/pi/a.json" --ready "$D/pi/ready"
await 30 "the farm's pages" test -s "$D/pi/ready" || give_up "the farm's pages answer"
echo "pond,on,kg,kind
k1,$(back 1),12.5,partial" >"$D/harvests.csv"
"$A" import harvests "$D/harvests.csv" --records "$D/pi/r.db" --quiet || give_up "import of a harvest"
touch "$D/calm"
if await 60 "the harvest in the office" grep -q "sync: pi-tani: 1 changes taken" "$LOGS/office.log"; then
  ok "the farm's serve sent it by itself"
else
  not_ok "the farm's serve sent the harvest"
  tail -n 5 "$LOGS/pi.log" "$LOGS/office.log" | sed 's/^/# /'
fi
same "harvests in the office" "$D/office/r.db" harvests 1
stop pi
stop line
sed 's/^/# the line: /' "$LOGS/line.log"
stop office
exit $failed
