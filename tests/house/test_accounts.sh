#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Accounts and TLS with the real program: the first admin from the console, a log-in over TLS with a certificate of our own, what is
# refused, and a key that others may read.
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
unset NILA_LANG
A=$bin/nila-analytics

echo "farm,name,regency,kecamatan
tani,Tani,kotim,62.02.06" >"$D/farms.csv"
echo "pond,farm,name,system,area_m2,depth_m
k1,tani,Kolam 1,pond,400,1.2" >"$D/ponds.csv"
for t in farms ponds; do "$A" import $t "$D/$t.csv" --records "$D/r.db" --quiet || give_up "import of $t"; done
user() { "$A" user "$@" --records "$D/r.db" >"$D/out" 2>&1; }
secret() { (umask 077 && printf '%s\n' "$2" >"$D/$1"); }
exits() { # exits TEXT WANT PHRASE ARGUMENTS...
  local text=$1 want=$2 phrase=$3 rc
  shift 3
  user "$@"
  rc=$?
  if [ $rc -eq "$want" ] && grep -qF -- "$phrase" "$D/out"; then ok "$text"; else
    not_ok "$text: exit $rc, wanted $want and \"$phrase\""
    sed 's/^/# /' "$D/out"
  fi
}

# --- from the console ---
secret pin 480913
secret word karamba-biru-7
exits "the first user is an admin" 65 "pengguna pertama harus admin" add budi --role petani --name Budi --password-file "$D/pin"
exits "an admin has more than digits" 65 "angka saja hanya untuk petani" add admin --role admin --name Admin --password-file "$D/pin"
chmod 644 "$D/word"
exits "a file that others read is refused" 77 "chmod 600" add admin --role admin --name Admin --password-file "$D/word"
chmod 600 "$D/word"
exits "the first admin" 0 "admin ditambahkan" add admin --role admin --name Admin --password-file "$D/word"
exits "a farmer" 0 "" add budi --role petani --name Budi --phone 0812-3456-7890 --farm tani --password-file "$D/pin"
exits "the same number is taken" 73 "sudah dipakai" add tono --role petani --name Tono --phone +6281234567890 --password-file "$D/pin"
exits "a NIK is no name" 65 "NIK" add tono --role petani --name "Tono 6202 0115 0590 0001" --password-file "$D/pin"
exits "an unknown farm" 66 "this farm is not on record" add tono --role petani --name Tono --farm nowhere --password-file "$D/pin" --lang en
exits "the list" 0 "budi             petani   +6281234567890  tani" list
exits "help" 0 "tidak pernah" --help
if grep -qF "\$y\$" "$D/out"; then not_ok "no hash is printed"; else ok "no hash is printed"; fi

# --- TLS ---
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$D/key.pem" -out "$D/cert.pem" 2>/dev/null || give_up "a certificate"
chmod 600 "$D/key.pem"
echo '{ "records": {"path": "r.db"}, "source": {"collector": {"socket": "none"}},
  "web": {"port": 0, "tls_cert": "cert.pem", "tls_key": "key.pem"} }' >"$D/a.json"
chmod 644 "$D/key.pem"
"$A" serve --config "$D/a.json" >"$D/out" 2>&1
rc=$?
if [ $rc -ne 0 ] && grep -q "others may read the key" "$D/out"; then ok "a key that others may read is refused"; else
  not_ok "a key that others may read: exit $rc"
fi
chmod 600 "$D/key.pem"
sed 's/, "tls_key": "key.pem"//' "$D/a.json" >"$D/half.json"
"$A" check --config "$D/half.json" >"$D/out" 2>&1
rc=$?
if [ $rc -eq 78 ] && grep -q "half.json:[0-9]*:[0-9]*: .*berdua" "$D/out"; then ok "a certificate without a key is named"; else
  not_ok "a certificate without a key: exit $rc $(head -c 200 "$D/out")"
fi
start serve "$A" serve --config "$D/a.json" --ready "$D/ready"
await 20 "the pages" test -s "$D/ready" || give_up "the pages answer"
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$D/ready")
base=https://localhost:$port
web() { curl -sS --cacert "$D/cert.pem" --max-time 20 -b "$D/jar" -c "$D/jar" -o "$D/body" -w '%{http_code} %{redirect_url}' "$@" 2>"$D/err"; }
claims() { # claims TEXT WANT ARGUMENTS...
  local text=$1 want=$2 got
  shift 2
  got=$(web "$@")
  # shellcheck disable=SC2053 # a pattern
  if [[ $got == $want ]]; then ok "$text"; else not_ok "$text: $got $(cat "$D/err")"; fi
}
token() { sed -n 's/.*name="tanda" value="\([0-9a-f]*\)".*/\1/p' "$D/body" | head -1; }
claims "without a login one is led to it" "303 $base/masuk?kembali=/kolam/k1" "$base/kolam/k1"
claims "the log-in over TLS" "200 *" "$base/masuk"
claims "a wrong PIN" "403 *" -d "siapa=budi&pin=111222&tanda=$(token)" "$base/masuk"
claims "the right PIN" "303 $base/kolam/k1" -d "siapa=0812 3456 7890&pin=480913&kembali=/kolam/k1&tanda=$(token)" "$base/masuk"
if grep -q $'TRUE\t[0-9]*\tnila_sesi' "$D/jar" && grep -q '#HttpOnly_.*nila_sesi' "$D/jar"; then ok "the session's cookie is Secure and HttpOnly"; else
  not_ok "the session's cookie: $(grep nila_sesi "$D/jar")"
fi
claims "the PIN that the console gave is changed first" "303 $base/akun" "$base/kolam/k1"
claims "the account" "200 *" "$base/akun"
tanda=$(token)
claims "consent" "303 $base/akun" -d "apa=setuju&tanda=$tanda" "$base/akun"
claims "a PIN of one's own" "200 *" -d "apa=pin&pin=480913&baru=275816&ulang=275816&tanda=$tanda" "$base/akun"
claims "the pond" "200 *" "$base/kolam/k1"
if [ "$(curl -s --max-time 5 -o /dev/null -w '%{http_code}' "http://localhost:$port/")" = 200 ]; then not_ok "plain HTTP is not answered"; else ok "plain HTTP is not answered"; fi
claims "no certificate of ours, no answer" "000 *" --cacert /dev/null "$base/"
user disable budi
claims "disabled from the console, the session has ended" "303 *" "$base/kolam/k1"
if grep -a -q "480913\|275816\|karamba-biru" "$D/r.db" "$D"/r.db-* 2>/dev/null; then not_ok "no PIN is in the records"; else ok "no PIN is in the records"; fi

# --- a person who wants to be forgotten, while the pages are served ---
echo "farm,name,regency,kecamatan,kusuka
lupa,Tambak Rahasia,kotim,62.02.06,6202.7777.8888" >"$D/farms.csv"
echo "contact,name,phone,answers_for,order,on
k-1,Pak Rahasia,0812 5555 4444,farm:lupa farm:tani,first,2026-01-01" >"$D/contacts.csv"
for t in farms contacts; do "$A" import $t "$D/$t.csv" --records "$D/r.db" --quiet || give_up "import of $t"; done
exits "a farmer with a contact" 0 "" add rudi --role petani --name "Rudi Rahasia" --phone 081277776666 --farm lupa --contact k-1 --password-file "$D/pin"
exits "nobody in particular" 64 "sebut NAMA" erase --yes
exits "not without being sure" 65 "tambahkan --yes" erase rudi --farm lupa
exits "a farm that is not there: nothing is erased" 66 "tidak tercatat" erase rudi --farm nowhere --yes
exits "erased" 0 "erased: 1 rows of farms, 1 contacts" erase rudi --farm lupa --yes --lang en
if grep -a -q "ahasia\|5555 4444\|77776666\|7777.8888" "$D/r.db" "$D"/r.db-* 2>/dev/null; then not_ok "no word of the person is in the file"; else ok "no word of the person is in the file"; fi
exits "and again is fine for the farm alone" 0 "dihapus: 0 baris tambak" erase --farm lupa --yes
exit $failed
