#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Two offices, each with its own regency's records, on two served instances: what they give each other by hand and over HTTP, the
# joint forecast that comes of it against one office with all records, and what is refused.
# shellcheck disable=SC2317 # functions are called by name through await and claim
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
unset NILA_LANG
A=$bin/nila-analytics

day() { TZ=Asia/Jakarta date -d "$1 days ago" +%F; }
# records FARMS_CODE REGENCY KECAMATAN...: four farms, eight ponds, their cycles and samples
make_records() { # make_records DIR REGENCY KECAMATAN KECAMATAN
  local dir=$1 regency=$2 code i d
  mkdir -p "$dir"
  echo "farm,name,regency,kecamatan,entered_on" >"$dir/farms.csv"
  echo "pond,farm,name,system,area_m2,depth_m,entered_on" >"$dir/ponds.csv"
  echo "cycle,pond,stocked_on,count,mass_g,sex,entered_on" >"$dir/cycles.csv"
  echo "pond,on,fish,total_g,entered_on" >"$dir/samples.csv"
  for i in 1 2 3 4; do
    code=$3
    [ $i -le 2 ] || code=$4
    echo "$regency-rahasia-$i,Pak Rahasia $i,$regency,$code,$(day 300)" >>"$dir/farms.csv"
  done
  for i in 1 2 3 4 5 6 7 8; do
    echo "$regency-k$i,$regency-rahasia-$(((i + 1) / 2)),Kolam $i,pond,400,1.2,$(day 300)" >>"$dir/ponds.csv"
    echo "$regency-s$i,$regency-k$i,$(day $((90 + 5 * i))),$((2000 + 150 * i)),12,male,$(day $((90 + 5 * i)))" >>"$dir/cycles.csv"
    for d in 70 56 42 28 14; do
      echo "$regency-k$i,$(day $d),30,$(((100 - d + 5 * i) * 60)),$(day $d)" >>"$dir/samples.csv"
    done
  done
}
import_all() { # import_all DB DIR
  local t
  for t in farms ponds cycles samples; do
    "$A" import $t "$2/$t.csv" --records "$1" --quiet || give_up "import of $t"
  done
}
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
state() { "$A" exchange status --config "$D/$1/a.json" --json | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p'; }
sure() { # sure TEXT WANTED GOT
  if [ "$2" = "$3" ]; then ok "$1: $3"; else not_ok "$1: \"$3\", wanted \"$2\""; fi
}
config() { # config OFFICE [PEER]
  echo "{ \"records\": {\"path\": \"r.db\"}, \"source\": {\"collector\": {\"socket\": \"none\"}}, \"web\": {\"port\": 0},
  \"forecast\": {\"draws\": 200, \"months\": 3},
  \"exchange\": {\"office\": \"$1\", \"key_file\": \"../key\"${2:+, \"peer\": \"$2\"}} }" >"$D/$1/a.json"
}
# mean of a node's month in a forecast's CSV
mean() { awk -F, -v n="$2" -v l="$3" '$1 == n && $2 == l { print $4 }' "$1"; }

(umask 077 && echo "kunci-bersama-untuk-ujian-yang-cukup-panjang" >"$D/key")
make_records "$D/kotim" kotim 62.02.06 62.02.01
make_records "$D/seruyan" seruyan 62.07.01 62.07.02
for o in kotim seruyan; do
  config $o
  import_all "$D/$o/r.db" "$D/$o"
  import_all "$D/all.db" "$D/$o"
done

# --- by hand ---
sure "before anything: nothing of the other" missing "$(state kotim)"
claim "Kotim publishes" "$A" exchange publish --config "$D/kotim/a.json" --quiet
claim "Seruyan takes it" "$A" exchange take "$D/kotim/exchange/kotim.csv" --config "$D/seruyan/a.json" --quiet
claim "Seruyan publishes, with Kotim's evidence" "$A" exchange publish --config "$D/seruyan/a.json" --quiet
sure "Seruyan sees both, Kotim has not seen its newest" apart "$(state seruyan)"
claim "Kotim takes Seruyan's" "$A" exchange take "$D/seruyan/exchange/seruyan.csv" --config "$D/kotim/a.json" --quiet
claim "Kotim publishes again" "$A" exchange publish --config "$D/kotim/a.json" --quiet
claim "Seruyan takes that" "$A" exchange take "$D/kotim/exchange/kotim.csv" --config "$D/seruyan/a.json" --quiet
sure "both sides fit, seen from Seruyan" settled "$(state seruyan)"
sure "and from Kotim" settled "$(state kotim)"
if grep -qiE "rahasia|kolam|62\.0|kotim-k|pak " "$D/kotim/exchange/kotim.csv"; then
  not_ok "no farm, pond or place is in the file"
else ok "no farm, pond or place is in the file ($(wc -c <"$D/kotim/exchange/kotim.csv") bytes)"; fi

# --- the joint forecast is the same in both offices, and near to that of one office with all records ---
for o in kotim seruyan; do
  claim "the forecast in the office of $o" "$A" forecast --config "$D/$o/a.json" --out "$D/$o.csv" --quiet
done
sunday=$(sed -n 's/^as_of,,,,//p' "$D/kotim/exchange/kotim.csv")
claim "one office with all records" "$A" forecast --records "$D/all.db" --as-of "$sunday" --months 3 --draws 200 --seed 1 --out "$D/all.csv" --quiet
for lead in 1 2 3; do
  a=$(mean "$D/kotim.csv" joint $lead) b=$(mean "$D/seruyan.csv" joint $lead) c=$(mean "$D/all.csv" joint $lead)
  if awk -v a="$a" -v b="$b" 'BEGIN { exit !(a > 0 && (a - b) ^ 2 < 1e-6 * a * a) }'; then
    ok "month $lead: joint $a kg in the one, $b in the other"
  else not_ok "month $lead: joint $a kg in Kotim's office, $b in Seruyan's"; fi
  if awk -v a="$a" -v c="$c" 'BEGIN { d = a - c; exit !(d < 0.15 * c && d > -0.15 * c) }'; then
    ok "month $lead: $c kg where one office has all records"
  else not_ok "month $lead: $a kg against $c where one office has all records"; fi
done
if awk -F, '$1 ~ /^62\.07/ { exit 1 }' "$D/kotim.csv" && awk -F, '$1 ~ /^62\.02/ { n++ } END { exit !n }' "$D/kotim.csv"; then
  ok "Kotim's file tells its own kecamatan and none of Seruyan's"
else not_ok "kecamatan in Kotim's file"; fi

# --- over HTTP ---
start serve "$A" serve --config "$D/kotim/a.json" --ready "$D/ready"
await 20 "the pages of Kotim" test -s "$D/ready" || give_up "the pages of Kotim answer"
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$D/ready")
at=http://127.0.0.1:$port/api/v1/exchange
sure "without a proof nothing is told" 401 "$(curl -s -o "$D/out" -w '%{http_code}' "$at")"
sure "nor with a wrong one" 401 "$(curl -s -o "$D/out" -w '%{http_code}' -H "Authorization: Bearer $(head -c 64 /dev/zero | tr '\0' 0)" "$at")"
config seruyan "http://127.0.0.1:$port"
rm "$D/seruyan/exchange/kotim.csv"
claim "Seruyan fetches it from Kotim's pages" "$A" exchange fetch --config "$D/seruyan/a.json" --quiet
claim "and it is the published file" cmp "$D/seruyan/exchange/kotim.csv" "$D/kotim/exchange/kotim.csv"
page_says() { curl -s "http://127.0.0.1:$port/wilayah" | grep -qF "$1"; }
claim "Kotim's page of the region says that both sides fit" await 20 "the forecast" page_says "Kedua sisi cocok"
stop serve

# --- an office that takes the connection and says nothing: a stopped process, for which the kernel still answers ---
start mute "$A" serve --config "$D/kotim/a.json" --ready "$D/ready3"
await 20 "the pages of Kotim again" test -s "$D/ready3" || give_up "the pages of Kotim answer again"
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$D/ready3")
kill -STOP "${PID[mute]}"
config seruyan "http://127.0.0.1:$port"
start silent "$A" serve --config "$D/seruyan/a.json" --ready "$D/ready2"
await 20 "the pages of Seruyan" test -s "$D/ready2" || give_up "the pages beside a silent office answer"
asked() { grep -qE ": [0-9A-F]+:$(printf %04X "$port") [0-9A-F]+:[0-9A-F]+ 01 |[0-9A-F]+:$(printf %04X "$port") 01 " /proc/net/tcp; }
await 20 "the question" asked || give_up "Seruyan asks the silent office"
SECONDS=0
stop silent
if [ $SECONDS -le 5 ]; then ok "a silent office does not hold up the stop ($SECONDS s)"; else not_ok "the stop took $SECONDS s"; fi
kill -CONT "${PID[mute]}"
stop mute

# --- what is refused ---
cp "$D/seruyan/exchange/kotim.csv" "$D/was.csv"
cp "$D/kotim/exchange/kotim.csv" "$D/bad.csv"
sed -i '0,/^tracked,,1,1,/s/^tracked,,1,1,.*/tracked,,1,1,999999/' "$D/bad.csv"
refused "a changed figure" 77 "segel tidak cocok" "the seal does not fit" exchange take "$D/bad.csv" --config "$D/seruyan/a.json"
refused "its own file" 78 "berkas kantor ini sendiri" "this office's own file" exchange take "$D/kotim/exchange/kotim.csv" --config "$D/kotim/a.json"
head -c 5000 "$D/kotim/exchange/kotim.csv" >"$D/cut.csv"
refused "a file cut off" 77 "terpotong" "cut off" exchange take "$D/cut.csv" --config "$D/seruyan/a.json"
claim "what was there is there still" cmp "$D/seruyan/exchange/kotim.csv" "$D/was.csv"
(umask 077 && echo "kunci-lain-yang-juga-cukup-panjang-sekali" >"$D/key2")
sed 's|../key"|../key2"|' "$D/seruyan/a.json" >"$D/seruyan/b.json"
refused "another key" 77 "kunci kedua kantor berbeda" "keys differ" exchange take "$D/kotim/exchange/kotim.csv" --config "$D/seruyan/b.json"
"$A" import farms "$D/seruyan/farms.csv" --records "$D/kotim/r.db" --quiet
refused "a farm of the other regency on record" 78 "hanya mencatat kabupatennya" "keeps its own regency alone" exchange publish --config "$D/kotim/a.json"
claim "leaving" "$A" exchange leave --config "$D/seruyan/a.json" --quiet
if [ ! -e "$D/seruyan/exchange/seruyan.csv" ] && [ -s "$D/seruyan/r.db" ]; then ok "the file is gone, the records stay"; else not_ok "leaving"; fi
exit $failed
