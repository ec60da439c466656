#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What nila-analytics says to wrong, empty and contradictory records, in both languages: the words, the exit code, and that
# no data are lost. Days are counted back from today (WIB); everything lies in a private folder.
# shellcheck disable=SC2317 # functions are called by name through await
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
unset NILA_LANG

back() { TZ=Asia/Jakarta date -d "$1 days ago" +%F; }
month() { TZ=Asia/Jakarta date -d "$(TZ=Asia/Jakarta date +%Y-%m-15) $1 months" +%Y-%m; } # month -1: the last one
csv() { # csv NAME HEADER ROW...: writes $D/NAME.csv
  local name=$1
  shift
  printf '%s\n' "$@" >"$D/$name.csv"
}
rows() { # rows DB TABLE: how many there are, by a dry run that repeats the file of that name
  "$bin/nila-analytics" import "$2" "$D/$2.csv" --records "$1" --dry-run --json | sed -n 's/.*"repeated":\([0-9]*\).*/\1/p'
}

# says TEXT EXIT INDONESIAN ENGLISH ARGUMENTS...: runs it in both languages
says() {
  local text=$1 want=$2 phrase rc lang
  local -A phrases=([id]=$3 [en]=$4)
  shift 4
  for lang in id en; do
    phrase=${phrases[$lang]}
    "$bin/nila-analytics" "$@" --lang "$lang" >"$D/out" 2>"$D/err"
    rc=$?
    if [ $rc -eq "$want" ] && grep -qF -- "$phrase" "$D/out" "$D/err"; then
      ok "$text ($lang): $phrase"
    else
      not_ok "$text ($lang): exit $rc, wanted $want and \"$phrase\""
      head -c 1000 "$D/err" | sed 's/^/# /'
    fi
  done
}
unchanged() { # unchanged TEXT FILE SUM
  if [ "$(sha256sum <"$2")" = "$3" ]; then ok "$1: the file is as it was"; else not_ok "$1: the file was changed"; fi
}
fresh() { # fresh NAME: a copy of the good records, which nothing writes to any more
  cp "$D/good.db" "$D/$1.db"
}

csv farms farm,name,regency,kecamatan,entered_on "tani,Tani,kotim,62.02.06,$(back 400)"
csv ponds pond,farm,name,system,area_m2,depth_m,entered_on "k1,tani,Kolam 1,pond,400,1.2,$(back 400)"
csv cycles cycle,pond,stocked_on,count,mass_g,sex,entered_on "k1-a,k1,$(back 100),2000,10,unknown,$(back 100)"
for t in farms ponds cycles; do
  "$bin/nila-analytics" import $t "$D/$t.csv" --records "$D/good.db" --quiet || not_ok "import of $t"
done
kept() { # kept TEXT DB: what was there before is still there
  if [ "$(rows "$2" farms)$(rows "$2" ponds)$(rows "$2" cycles)" = 111 ]; then ok "$1: farm, pond and cycle are kept"; else not_ok "$1: rows are gone"; fi
}
forecast=(forecast --draws 50 --out "$D/f.csv" --records)

# --- nothing there ---
: >"$D/empty.db"
says "an empty file" 0 "tidak ada kolam dengan siklus berjalan" "no pond had an open cycle" "${forecast[@]}" "$D/empty.db"
if awk -F, 'NR > 1 && $4 != 0 { bad = 1 } END { exit bad || NR != 181 }' "$D/f.csv"; then ok "an empty file: 30 nodes by 6 months of 0 kg"; else not_ok "an empty file: a forecast of zeros"; fi
says "no such file" 66 "none.db: berkas atau folder tidak ada" "none.db: No such file" "${forecast[@]}" "$D/none.db"
if [ ! -e "$D/none.db" ]; then ok "no such file: none was made"; else not_ok "no such file: one was made"; fi
"$bin/nila-analytics" import farms "$D/farms.csv" --records "$D/farms.db" --quiet
says "farms without ponds" 0 "tidak ada kolam dengan siklus berjalan" "no pond had an open cycle" "${forecast[@]}" "$D/farms.db"

# --- files that are not records ---
printf 'pond,on\nthis is a table and no database, long enough to have a header of SQLite, if it were one of its files\n' >"$D/text.db"
sum=$(sha256sum <"$D/text.db")
says "a text file" 65 "berkas catatan rusak; tidak ada yang diubah" "the records file is damaged; nothing was changed" "${forecast[@]}" "$D/text.db"
unchanged "a text file" "$D/text.db" "$sum"
head -c 9000 "$D/good.db" >"$D/cut.db"
sum=$(sha256sum <"$D/cut.db")
says "a truncated database" 65 "Pulihkan salinan cadangannya" "Bring its backup back" "${forecast[@]}" "$D/cut.db"
says "an import into it" 65 "Pulihkan salinan cadangannya" "Bring its backup back" import farms "$D/farms.csv" --records "$D/cut.db"
unchanged "a truncated database" "$D/cut.db" "$sum"
# another program's: ours with another application id (bytes 68 to 71 of SQLite's header)
cp "$D/good.db" "$D/other.db"
printf '\0\0\04\322' | dd of="$D/other.db" bs=1 seek=68 conv=notrunc status=none
sum=$(sha256sum <"$D/other.db")
says "another program's database" 78 "berkas milik program lain; tidak ada yang diubah" "it is another program's file; nothing was changed" "${forecast[@]}" "$D/other.db"
says "an import into it" 78 "berkas milik program lain" "another program's file" import farms "$D/farms.csv" --records "$D/other.db"
unchanged "another program's database" "$D/other.db" "$sum"

# --- options ---
for months in 0 13 -1 x 1.5 99999999999999999999; do
  says "months $months" 64 "--months: harus 1..12" "--months: must be 1..12" forecast --records "$D/good.db" --months "$months"
done
says "worlds 0" 64 "--worlds: harus 1..100000" "--worlds: must be 1..100000" calibrate --worlds 0
says "a misfit nobody knows" 64 "--misfit x: tidak dikenal" "--misfit x: not known" calibrate --worlds 1 --misfit cv,x

# --- rows that are refused: the place, and nothing stored ---
refused() { # refused TEXT TABLE PLACE INDONESIAN ENGLISH: of $D/bad.csv; PLACE is line:column: column
  says "$1" 65 "tidak ada yang disimpan" "nothing was stored" import "$2" "$D/bad.csv" --records "$D/good.db"
  says "$1" 65 "bad.csv:$3: $4" "bad.csv:$3: $5" import "$2" "$D/bad.csv" --records "$D/good.db"
  kept "$1" "$D/good.db"
}
csv bad pond,farm,name,system,area_m2,depth_m "k1,tani,Kolam lain,pond,300,1.2"
refused "a pond's name for another pond" ponds "2:1: pond" '"k1" sudah tercatat dengan isi yang lain' '"k1" is on record already with other contents'
csv bad pond,farm,name,system,area_m2,depth_m "k2,tani,Kolam 2,pond,300,1.2" "k2,tani,Kolam 3,pond,300,1.2"
refused "the same name twice in a file" ponds "3:1: pond" '"k2" sudah tercatat dengan isi yang lain' '"k2" is on record already with other contents'
csv bad pond,farm,name,system,area_m2,depth_m "k2,siapa,Kolam 2,pond,300,1.2"
refused "a pond of a farm nobody knows" ponds "2:4: farm" 'pembudidaya "siapa" belum tercatat; impor farms dahulu' 'there is no farm "siapa" on record; import farms first'
csv bad cycle,pond,stocked_on,count,mass_g "k1-b,k1,$(back -5),2000,10"
refused "a cycle stocked in the future" cycles "2:9: stocked_on" "\"$(back -5)\" di masa depan" "\"$(back -5)\" lies in the future"
csv bad cycle,pond,stocked_on,count,mass_g "k1-b,k1,24/11/2025,2000,10"
refused "a date as it is spoken" cycles "2:9: stocked_on" '"24/11/2025" bukan tanggal; seperti 2026-11-24' '"24/11/2025" is not a date; as in 2026-11-24'
csv bad cycle,pond,stocked_on,count,mass_g "k1-b,k1,$(back 5),2.000,10"
refused "a count with a point between" cycles "2:20: count" '"2.000" bukan bilangan bulat; angka saja, tanpa . atau ,' '"2.000" is not a whole number; digits only, no . or , between'
csv bad key,node,value,unit,source,on "population,kotim,0,people,BPS,$(back 10)"
refused "a population of 0" assumptions "2:18: value" "0 tidak boleh untuk population; 1 sampai 10000000 people" "0 is not allowed for population; 1 to 10000000 people"
csv bad key,node,value,unit,source,on "population,kotim,400000,orang,BPS,$(back 10)"
refused "a unit of one's own" assumptions "2:25: unit" '"orang" tidak boleh untuk population; people' '"orang" is not allowed for population; people'
csv bad code_system,code,name,period,kg,status,cut_off,revision,source "bps,6207,Seruyan,$(month 1),1000,final,$(back 10),0,BPS"
refused "Seruyan by the code of another regency" official "2:5: code" '"6207" adalah Lamandau menurut BPS; kode BPS Seruyan 6208' "\"6207\" lies in Lamandau by BPS; Seruyan's BPS code is 6208"
csv bad pond,on,count "k1,$(back 3)"
refused "a row with a cell too few" deaths "2:1" "2 sel; baris judul punya 3" "2 cells; the header has 3"
csv bad pond,on,count,ekor "k1,$(back 3),4,4"
refused "a column nobody knows" deaths "1:1: header" 'kolom "ekor" tidak dikenal' 'column "ekor" is not known'

# --- what else a person gets wrong ---
echo '{"scenario": ["acid=2027-01",]}' >"$D/comma.json"
says "a comma too many in a scenario's file" 78 'comma.json:1:29: ada koma sebelum "]"' 'comma.json:1:29: a comma before "]"' \
  scenario --scenario-file "$D/comma.json" --records "$D/good.db"
echo '{"scenarios": ["acid=2027-01"]}' >"$D/key.json"
says "a key of a scenario's file misspelt" 78 'kunci "scenarios" tidak dikenal; maksudnya "scenario"?' 'unknown key "scenarios"; did you mean "scenario"?' \
  scenario --scenario-file "$D/key.json" --records "$D/good.db"
says "a scenario's file that is not there" 66 "tidak.json: berkas atau folder tidak ada" "tidak.json: No such file or directory" \
  scenario --scenario-file "$D/tidak.json" --records "$D/good.db"
says "a file of parts where there is no folder" 74 "ada.csv: berkas atau folder tidak ada: berkas bagian tidak dapat ditulis" \
  "ada.csv: No such file or directory: the file of parts could not be written" forecast --draws 50 --records "$D/good.db" --out "$D/f.csv" --parts "$D/tidak/ada.csv"
says "a backtest that ends before it begins" 64 "bulan terakhir sebelum bulan pertama" "the last month lies before the first" \
  backtest --from 2026-03 --to 2026-01 --records "$D/good.db"
says "a backtest of a month that is not over" 64 "belum berakhir" "is not over yet" \
  backtest --from "$(month 0)" --to "$(month 0)" --records "$D/good.db"
csv night time,temp_c "2026-11-24 20:00:00,29"
says "a night without its oxygen" 65 "night.csv:1:1: tidak ada kolom do_mgl" "night.csv:1:1: no column do_mgl" oxygen backtest "$D/night.csv"
csv night time,do_mgl "24/11/2026 20:00,5"
says "a night with a time as it is spoken" 65 "night.csv:2:1: bukan waktu; seperti 2026-11-24 20:00:00" "night.csv:2:1: not a time; as in 2026-11-24 20:00:00" \
  oxygen backtest "$D/night.csv"
echo '{"records": {"path": "x.db"}, "source": {"collector": {"socket": "x"}}, "webb": {}}' >"$D/check.json"
says "a key of the configuration misspelt" 78 'kunci "webb" tidak dikenal; maksudnya "web"?' 'unknown key "webb"; did you mean "web"?' check --config "$D/check.json"
says "an import of a file that is not there" 66 "tidak.csv: berkas atau folder tidak ada" "tidak.csv: No such file or directory" \
  import farms "$D/tidak.csv" --records "$D/good.db"

# --- rows that are taken and asked about ---
asked() { # asked TEXT TABLE: of $D/TABLE.csv, in a copy
  fresh "$2"
  "$bin/nila-analytics" import "$2" "$D/$2.csv" --records "$D/$2.db" --quiet || not_ok "$1: import"
  says "$1" 0 "kolam k1: ada catatan yang tidak cocok" "pond k1: records that do not fit" "${forecast[@]}" "$D/$2.db"
  kept "$1" "$D/$2.db"
  if [ "$(rows "$D/$2.db" "$2")" = "$(($(wc -l <"$D/$2.csv") - 1))" ]; then ok "$1: every row is on record"; else not_ok "$1: rows are missing"; fi
}
csv samples pond,on,fish,total_g "k1,$(back 30),30,3000" "k1,$(back 10),30,1500"
asked "a sample smaller than the one before" samples
csv harvests pond,on,kg,fish_per_kg,kind "k1,$(back 10),900,5,partial"
asked "more fish harvested than were stocked" harvests
feed=()
for i in $(seq 1 60); do feed+=("k1,$(back "$i"),3000"); done
csv feed pond,on,feed_kg "${feed[@]}"
asked "feed in grams instead of kilograms" feed

# --- an official figure below what ponds on record brought in ---
fresh official
last=$(month -1)
csv harvests "pond,on,kg,fish_per_kg,kind,entered_on" "k1,$last-10,300,5,partial,$last-11"
csv official code_system,code,name,period,kg,status,cut_off,revision,source "kemendagri,62.02,Kotawaringin Timur,$last,100,final,$(back 0),0,Dinas"
for t in harvests official; do
  "$bin/nila-analytics" import $t "$D/$t.csv" --records "$D/official.db" --quiet || not_ok "import of $t"
done
says "an official figure below the harvest on record" 0 "angka resmi kotim $last (Dinas): di bawah panen yang sudah tercatat; tidak dipakai" \
  "official figure kotim $last (Dinas): below the harvest on record; not used" "${forecast[@]}" "$D/official.db"
cp "$D/f.csv" "$D/with.csv"
"$bin/nila-analytics" "${forecast[@]}" "$D/official.db" --without-official --quiet
if cmp -s "$D/f.csv" "$D/with.csv"; then ok "an official figure below the harvest: it moves no draw"; else not_ok "an official figure below the harvest: it was used"; fi

# --- a target is no figure: it is shown and moves no draw ---
fresh target
csv official code_system,code,name,period,kg,status,cut_off,revision,source "kemendagri,62.02,Kotawaringin Timur,$(month 1),5000,target,$(back 0),0,Rencana"
"$bin/nila-analytics" "${forecast[@]}" "$D/target.db" --quiet && cp "$D/f.csv" "$D/without.csv"
"$bin/nila-analytics" import official "$D/official.csv" --records "$D/target.db" --quiet || not_ok "import of a target"
says "a target" 0 "sasaran kotim $(month 1) (Rencana): 5000 kg; hanya ditampilkan, tidak pernah menjadi masukan prakiraan" \
  "target kotim $(month 1) (Rencana): 5000 kg; shown only, never an input of the forecast" "${forecast[@]}" "$D/target.db"
if cmp -s "$D/f.csv" "$D/without.csv"; then ok "a target: it moves no draw"; else not_ok "a target: it moved the draws"; fi

# --- the pond's page asks about the shrinking sample ---
cat >"$D/analytics.json" <<JSON
{ "records": {"path": "$D/samples.db"}, "source": {"collector": {"socket": "$D/no.sock"}},
  "web": {"bind": "127.0.0.1", "port": 0}, "forecast": {"seed": 1, "draws": 100, "months": 3} }
JSON
start pages "$bin/nila-analytics" serve --config "$D/analytics.json" --ready "$D/ready"
await 20 "the pages" test -s "$D/ready" || {
  not_ok "the pages answer"
  sed 's/^/# /' "$LOGS/pages.log"
  exit 1
}
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$D/ready")
page() { curl -fsS "http://127.0.0.1:$port$1" -o "$D/page"; }
asks() { page "$1" && grep -qF -- "$2" "$D/page"; }
question() { # question PATH PHRASE: the estimate is made in the background
  if await 30 "$2" asks "$1" "$2"; then ok "$1: $2"; else
    not_ok "$1: wanted \"$2\""
    sed 's/<[^>]*>//g' "$D/page" | grep -v '^ *$' | head -60 | sed 's/^/# /'
  fi
}
question "/kolam/k1?lang=id" "Apakah ikan besar sudah diambil?"
question "/kolam/k1?lang=id" "Apakah anakan ikut terjaring?"
question "/kolam/k1?lang=id" "Apakah contoh ini dari kolam lain?"
question "/kolam/k1?lang=en" "Questions about the records"
question "/wilayah/catatan?lang=id" "Kolam 1"
exit $failed
