#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Row C1c: the alarm daemon (nila-analytics watch) is killed with -9 again and again while farmers press "fish are gasping" at one pond
# after the other. Every press that was taken must be told to the webhook, every alarm told stays on record, and a message goes out
# again only when a kill came between its sending and the note of it.   watch.sh PONDS SEED
# shellcheck disable=SC2154,SC2317 # failed: claims.sh; functions are called by name through await
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
export NILA_LANG=en
ponds=$1 seed=$2 RANDOM=$(($2 % 32768)) lost=0 extra=0 wrong=0

start hook "$BUILD/tests/house/hook" "$D/hook.port" "$D/hook.txt"
await 20 "the webhook" test -s "$D/hook.port" || give_up "the webhook is ready"
printf 'rahasia-bersama-0123456789abcdef\n' >"$D/hook.key"
chmod 640 "$D/hook.key"
cat >"$D/analytics.json" <<JSON
{ "records": {"path": "$D/records.db"}, "source": {"collector": {"socket": "$D/none"}},
  "alert": {"every_s": 1, "channels": [
    {"slug": "hook", "kind": "webhook", "url": "http://127.0.0.1:$(cat "$D/hook.port")/alarm", "secret_file": "hook.key"} ]} }
JSON
analytics() { "$bin/nila-analytics" "$@" --config "$D/analytics.json"; }
echo 'farm,name,regency,kecamatan' >"$D/farms.csv"
echo 'pond,farm,name,system,area_m2,depth_m' >"$D/ponds.csv"
for ((k = 1; k <= ponds; k++)); do # a farm each, so that no two are told together
  echo "f-$k,Tambak $k,kotim,62.02.06" >>"$D/farms.csv"
  echo "k-$k,f-$k,Kolam nomor $k.,pond,400,1.2" >>"$D/ponds.csv"
done
printf 'contact,name,phone,mail,answers_for,order,on\nbudi,Budi,0812 3456 7890,,all,first,2026-01-01\n' >"$D/contacts.csv"
for t in farms ponds contacts; do analytics import $t "$D/$t.csv" >"$D/import.out" 2>&1 || { cat "$D/import.out"; give_up "import takes $t"; }; done

start killer "$BUILD/tests/torture/killer" "$seed" 100000 100 2500 - "$bin/nila-analytics" watch --config "$D/analytics.json"
pressed=()
for ((k = 1; k <= ponds; k++)); do
  if analytics alert press k-$k gasping --by Budi >"$D/press.out" 2>&1; then pressed+=("$k"); else sed 's/^/# /' "$D/press.out"; fi
  sleep 0.$((RANDOM % 10))
done
sleep 3
stop killer
kills=$(sed -n 's/^killer kills=\([0-9]*\).*/\1/p' "$LOGS/killer.log")
grep -E '^(killer|fault) ' "$LOGS/killer.log"
grep -q '^fault ' "$LOGS/killer.log" && wrong=$((wrong + 1))
start watch "$bin/nila-analytics" watch --config "$D/analytics.json" --ready "$D/watch.ready"
await 60 "watch" test -s "$D/watch.ready" || give_up "watch starts once more"
told() { grep '"kind":"raise"' "$D/hook.txt" | grep -c "\"pond\":\"k-$1\""; }
all_told() { local k; for k in "${pressed[@]}"; do [ "$(told "$k")" -gt 0 ] || return 1; done; }
await 90 "every press to be told" all_told
stop watch
analytics alert list --json >"$D/list.json" 2>&1
again=0
for k in "${pressed[@]}"; do
  n=$(told "$k")
  [ "$n" -gt 0 ] || { echo "fault - the press at k-$k was taken and never told"; lost=$((lost + 1)); }
  [ "$n" -le 1 ] || again=$((again + n - 1))
  [ "$n" -le 2 ] || { echo "fault - the press at k-$k was told $n times"; extra=$((extra + 1)); }
  grep -q "\"subject\":\"k-$k\"" "$D/list.json" || { echo "fault - the alarm of k-$k is forgotten"; lost=$((lost + 1)); }
done
echo "# ${#pressed[@]} presses, $again messages went out twice around $kills kills"
[ "${#pressed[@]}" -eq "$ponds" ] || { echo "fault - $((ponds - ${#pressed[@]})) presses were not taken"; wrong=$((wrong + 1)); }
echo "torture runs=${kills:-0} acknowledged=${#pressed[@]} lost=$lost extra=$extra wrong=$wrong"
[ $((lost + extra + wrong)) -eq 0 ] && [ "${kills:-0}" -gt 0 ]
