#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Backup and restore with the real programs: a copy made while the pages are served and rows come in, brought back to the row;
# damaged, foreign and newer files refused with the records as they were; and both killed with -9 at chance moments, after which
# the old file or the new one is there, whole.
# shellcheck disable=SC2317 # functions are called by name through await and claim
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
unset NILA_LANG
A=$bin/nila-analytics
SEED=${NILA_TEST_SEED:-$((16#$(od -An -N3 -tx1 /dev/urandom | tr -d ' ')))}
echo "# seed $SEED (NILA_TEST_SEED=$SEED runs it again)"
RANDOM=$SEED

back() { TZ=Asia/Jakarta date -d "$1 days ago" +%F; }
feed() { # feed NAME ROWS FIRST_DAY: a file of that many rows, spread over 200 days that end FIRST_DAY days ago
  seq "$3" $(($3 + 199)) | sed 's/$/ days ago/' | TZ=Asia/Jakarta date -f - +%F | awk -v n="$2" '{ day[NR - 1] = $1 }
    END { print "pond,on,feed_kg,entered_on"
      for (i = 0; i < n; i++) printf "k1,%s,%d.%03d,%s\n", day[i % NR], 1 + i / 1000, i % 1000, day[i % NR] }' >"$D/$1.csv"
}
rows() { "$A" backup "$D/count.db" --records "$1" --json | sed -n 's/.*"table":"'"$2"'","rows":\([0-9]*\).*/\1/p'; }
refused() { # refused TEXT EXIT INDONESIAN ENGLISH ARGUMENTS...
  local text=$1 want=$2 phrase rc lang
  local -A phrases=([id]=$3 [en]=$4)
  shift 4
  for lang in id en; do
    phrase=${phrases[$lang]}
    "$A" "$@" --lang "$lang" >"$D/out" 2>&1
    rc=$?
    if [ $rc -eq "$want" ] && grep -qF -- "$phrase" "$D/out"; then ok "$text ($lang): $phrase"; else
      not_ok "$text ($lang): exit $rc, wanted $want and \"$phrase\""
      head -c 1000 "$D/out" | sed 's/^/# /'
    fi
  done
}

echo "farm,name,regency,kecamatan,entered_on
tani,Tani,kotim,62.02.06,$(back 500)" >"$D/farms.csv"
echo "pond,farm,name,system,area_m2,depth_m,entered_on
k1,tani,Kolam 1,pond,400,1.2,$(back 500)" >"$D/ponds.csv"
for t in farms ponds; do "$A" import $t "$D/$t.csv" --records "$D/r.db" --quiet || give_up "import of $t"; done
feed first 20000 5
feed second 20000 205
"$A" import feed "$D/first.csv" --records "$D/r.db" --quiet || give_up "import of feed"

# --- while the pages are served and rows come in ---
echo '{ "records": {"path": "r.db"}, "source": {"collector": {"socket": "none"}}, "web": {"port": 0} }' >"$D/a.json"
start serve "$A" serve --config "$D/a.json" --ready "$D/ready"
await 20 "the pages" test -s "$D/ready" || give_up "the pages answer"
start import "$A" import feed "$D/second.csv" --config "$D/a.json" --quiet
claim "a backup while the pages are served and rows come in" "$A" backup "$D/b.db" --config "$D/a.json"
claim "the import beside it went through" wait "${PID[import]}"
n=$("$A" restore "$D/b.db" --config "$D/a.json" --dry-run --json | sed -n 's/.*"table":"feed","rows":\([0-9]*\).*/\1/p')
if [ "$n" = 20000 ] || [ "$n" = 40000 ]; then ok "the copy has the import wholly or not at all ($n rows)"; else not_ok "the copy has $n rows of feed"; fi
if [ "$(sha256sum <"$D/b.db" | cut -c1-64)" = "$(sed -n 's/^{"manifest":1,"sha256":"\([0-9a-f]*\)".*/\1/p' "$D/b.db.manifest.json")" ]; then
  ok "the manifest has the digest that sha256sum finds"
else not_ok "the manifest's digest is sha256sum's"; fi
if [ "$(stat -c %a "$D/b.db")" = 640 ]; then ok "the copy is not for everybody"; else not_ok "rights of the copy: $(stat -c %a "$D/b.db")"; fi
refused "a restore under the running pages" 75 "sedang dipakai program lain; hentikan dahulu" "a program has it open; stop it first" \
  restore "$D/b.db" --config "$D/a.json"
stop serve
sum=$(sha256sum <"$D/r.db")

# --- what is refused; the records stay as they are ---
cp "$D/b.db" "$D/bad.db"
cp "$D/b.db.manifest.json" "$D/bad.db.manifest.json"
printf 'X' | dd of="$D/bad.db" bs=1 seek=$((4096 * 30 + 100)) conv=notrunc status=none
refused "a file with one byte changed" 65 "tidak ada yang diubah" "nothing was changed" restore "$D/bad.db" --config "$D/a.json"
head -c 40000 "$D/b.db" >"$D/bad.db"
refused "a file cut short" 65 "rusak; tidak ada yang diubah" "damaged; nothing was changed" restore "$D/bad.db" --config "$D/a.json"
echo "not a database at all" >"$D/bad.db"
refused "a text" 65 "rusak; tidak ada yang diubah" "damaged; nothing was changed" restore "$D/bad.db" --config "$D/a.json"
cp "$D/b.db" "$D/newer.db"
printf '\0\0\003\347' | dd of="$D/newer.db" bs=1 seek=60 conv=notrunc status=none
refused "a newer form" 69 "bentuknya 999 lebih baru" "its form 999 is newer" restore "$D/newer.db" --config "$D/a.json"
cp "$D/b.db" "$D/other.db"
printf '\0\0\04\322' | dd of="$D/other.db" bs=1 seek=68 conv=notrunc status=none
refused "another program's file" 78 "bukan berkas catatan produksi" "not a file of production records" restore "$D/other.db" --config "$D/a.json"
"$A" backup "$D/good.db" --config "$D/a.json" --quiet || not_ok "another backup"
cp "$D/b.db.manifest.json" "$D/good.db.manifest.json"
refused "a whole file that is not its manifest's" 65 "bukan berkas yang disebut manifestnya" "not the file its manifest names" \
  restore "$D/good.db" --config "$D/a.json"
refused "no such file" 66 "tidak ada" "No such file" restore "$D/none.db" --config "$D/a.json"
refused "a backup onto the records themselves" 64 "itu berkas catatannya sendiri" "that is the records file itself" backup "$D/r.db" --config "$D/a.json"
refused "a backup of nothing" 66 "tidak ada" "No such file" backup "$D/x.db" --records "$D/none.db"
if [ "$(sha256sum <"$D/r.db")" = "$sum" ]; then ok "after all that the records are as they were"; else not_ok "the records are as they were"; fi
left=$(find "$D" -name '*.part*')
if [ -n "$left" ]; then not_ok "unfinished files are left: $left"; else ok "no unfinished file is left"; fi

# --- brought back ---
"$A" restore "$D/b.db" --config "$D/a.json" --lang en >"$D/out" 2>&1
if grep -q "restored from $D/b.db: .* the old one is kept at $D/r.db.sebelum-" "$D/out"; then ok "restored, and said where the old file is"; else
  not_ok "restored: $(cat "$D/out")"; fi
old=$(ls "$D"/r.db.sebelum-*)
if [ "$(rows "$D/r.db" feed)" = "$n" ] && [ "$(rows "$old" feed)" = 40000 ]; then ok "the records are the backup's, the old ones lie aside"; else
  not_ok "rows: $(rows "$D/r.db" feed), aside $(rows "$old" feed)"; fi
claim "the restored records take rows" "$A" import feed "$D/second.csv" --records "$D/r.db"
# over a damaged file: it is kept aside as well
cp "$D/r.db" "$D/hurt.db"
dd if=/dev/zero of="$D/hurt.db" bs=4096 count=2 conv=notrunc status=none
claim "restored over a damaged file" "$A" restore "$D/b.db" --records "$D/hurt.db"
if ls "$D"/hurt.db.sebelum-* >/dev/null && [ "$(rows "$D/hurt.db" feed)" = "$n" ]; then ok "the damaged file lies aside"; else not_ok "the damaged file lies aside"; fi
claim "restored where there was none" "$A" restore "$D/b.db" --records "$D/fresh.db"

# who was shut out since the copy was made is not let in again unseen
echo 'a long sentence of words' >"$D/pw" && chmod 600 "$D/pw"
for u in admin:admin budi:petugas; do
  "$A" user add ${u%:*} --role ${u#*:} --regency kotim --name "Nama ${u%:*}" --password-file "$D/pw" --records "$D/fresh.db" >"$D/out" 2>&1 ||
    give_up "an account: $(cat "$D/out")"
done
"$A" sync key --farm tani --node pi --out "$D/key1" --records "$D/fresh.db" >"$D/out" 2>&1 || give_up "a key: $(cat "$D/out")"
"$A" backup "$D/people.db" --records "$D/fresh.db" --quiet || give_up "a backup with accounts"
"$A" restore "$D/people.db" --records "$D/fresh.db" --lang en >"$D/out" 2>&1
if grep -q "valid again" "$D/out"; then not_ok "nobody ended, and yet: $(cat "$D/out")"; else ok "where nobody was ended nothing is said"; fi
"$A" user disable budi --records "$D/fresh.db" >/dev/null 2>&1 || give_up "disable"
"$A" sync key --farm tani --node pi --out "$D/key2" --records "$D/fresh.db" >/dev/null 2>&1 || give_up "a new key"
"$A" restore "$D/people.db" --records "$D/fresh.db" --lang en --quiet >"$D/out" 2>&1
if grep -q "valid again, .*: user budi, key pi; end them again" "$D/out"; then ok "an account and a key that ended since are named"; else
  not_ok "an account and a key that ended since: $(cat "$D/out")"; fi

# --- killed ---
killed() { # killed MS COMMAND...: kills it with -9 after a chance share of one and a half times that
  local most=$1 pid
  shift
  "$@" >/dev/null 2>&1 &
  pid=$!
  sleep "$(awk -v r="$RANDOM" -v m="$most" 'BEGIN { printf "%.4f", r / 32768 * 1.5 * m / 1000 }')"
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
}
took() { # took COMMAND...: its time in ms
  local t0
  t0=$(date +%s%N)
  "$@" >/dev/null 2>&1
  echo $((($(date +%s%N) - t0) / 1000000 + 1))
}
"$A" import feed "$D/second.csv" --records "$D/r.db" --quiet
"$A" backup "$D/new.db" --records "$D/r.db" --quiet || not_ok "the new backup"
small=$n
whole=$(rows "$D/r.db" feed)
broken=0 early=0 late=0
took "$A" backup "$D/kill.db" --records "$D/r.db" >"$D/out" # warm
time_ms=$(took "$A" backup "$D/kill.db" --records "$D/r.db")
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
  rm -f "$D"/kill.db*
  cp "$D/b.db" "$D/kill.db" && cp "$D/b.db.manifest.json" "$D/kill.db.manifest.json"
  killed "$time_ms" "$A" backup "$D/kill.db" --records "$D/r.db"
  got=$("$A" restore "$D/kill.db" --records "$D/elsewhere.db" --dry-run --json 2>/dev/null | sed -n 's/.*"table":"feed","rows":\([0-9]*\).*/\1/p')
  case $got in "$small") early=$((early + 1)) ;; "$whole") late=$((late + 1)) ;; *) broken=$((broken + 1)) ;; esac
done
if [ $broken -eq 0 ]; then ok "a backup killed 12 times within $time_ms ms: the old copy $early times, the new one $late"; else not_ok "a killed backup left $broken copies that cannot be restored"; fi
broken=0 early=0 late=0
cp "$D/new.db" "$D/live.db"
time_ms=$(took "$A" restore "$D/b.db" --records "$D/live.db")
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
  rm -f "$D"/live.db*
  cp "$D/new.db" "$D/live.db"
  killed "$time_ms" "$A" restore "$D/b.db" --records "$D/live.db"
  got=$(rows "$D/live.db" feed)
  case $got in "$whole") early=$((early + 1)) ;; "$small") late=$((late + 1)) ;; *) broken=$((broken + 1)) ;; esac
done
if [ $broken -eq 0 ]; then ok "a restore killed 12 times within $time_ms ms: the old records $early times, the new ones $late"; else not_ok "a killed restore left $broken records files broken"; fi
exit $failed
