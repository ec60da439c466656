/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a channel's codes are called in records and what they say to people: what happened, and what to do about it. */
#include <stdio.h>
#include <string.h>

#include "channel.h"

struct words {
    const char *name;
    const char *id, *en;           /* what happened */
    const char *cure_id, *cure_en; /* "" nothing can be done */
};

/* clang-format off */
static const struct words WORDS[CHANNEL_CODES] = {
    [CODE_NONE] = {"none", "", "", "", ""},
    [CODE_ADDRESS] = {"address", "nomor atau alamat tujuan tidak ada atau salah", "the recipient's number or address is missing or wrong",
        "Perbaiki kontak.", "Correct the contact."},
    [CODE_KIND] = {"kind", "saluran ini tidak dipakai untuk pesan jenis ini", "this channel is not used for this kind of message", "", ""},
    [CODE_CLOSED] = {"closed", "program sedang berhenti", "the program is stopping", "", ""},
    [CODE_EMPTY] = {"empty", "tidak ada isi pesan", "there is no text", "", ""},
    [CODE_TOO_LONG] = {"too_long", "isi terlalu panjang untuk satu SMS dan tidak dapat dipendekkan", "the text is too long for one SMS and cannot be shortened", "", ""},
    [CODE_MODEM_AWAY] = {"modem_away", "modem tidak terpasang", "the modem is not there",
        "Pasang modem USB; periksa \"port\".", "Plug in the USB modem; check \"port\"."},
    [CODE_MODEM_BUSY] = {"modem_busy", "modem sedang dipakai untuk pesan lain", "the modem is busy with another message", "", ""},
    [CODE_MODEM_HELD] = {"modem_held", "modem dipakai program lain", "another program holds the modem",
        "Hentikan program itu dulu (ModemManager, atau nila-analytics watch).", "Stop that program first (ModemManager, or nila-analytics watch)."},
    [CODE_MODEM_MUTE] = {"modem_mute", "modem tidak menjawab", "the modem does not answer",
        "Cabut modem, tunggu 10 detik, pasang lagi.", "Unplug the modem, wait 10 seconds, plug it in again."},
    [CODE_MODEM_LOST] = {"modem_lost", "modem terputus di tengah pekerjaan", "the modem was lost in the middle of its work",
        "Periksa kabel dan listrik modem.", "Check the modem's cable and power."},
    [CODE_MODEM_SAYS] = {"modem_says", "modem menolak perintah", "the modem refused a command", "", ""},
    [CODE_NO_SIM] = {"no_sim", "kartu SIM tidak ada atau tidak terbaca", "there is no SIM card, or it cannot be read",
        "Pasang kartu SIM.", "Insert the SIM card."},
    [CODE_PIN_WANTED] = {"pin_wanted", "kartu SIM meminta PIN dan pin_file belum diisi", "the SIM card asks for its PIN and no pin_file is configured",
        "Tulis PIN ke berkas dan sebut di \"pin_file\".", "Write the PIN into a file and name it as \"pin_file\"."},
    [CODE_PIN_WRONG] = {"pin_wrong", "PIN ini pernah ditolak (atau jawabannya tidak sampai) dan tidak dicoba lagi", "this PIN was refused (or its answer never came) and is not tried again",
        "Tulis PIN yang benar ke pin_file; setelah itu dicoba satu kali.", "Write the right PIN into pin_file; it is then tried once."},
    [CODE_PUK] = {"puk", "kartu SIM terkunci dan meminta PUK", "the SIM card is locked and asks for its PUK",
        "Buka kuncinya di telepon dengan PUK dari operator.", "Unlock it in a telephone with the operator's PUK."},
    [CODE_NO_SIGNAL] = {"no_signal", "tidak ada sinyal", "there is no signal",
        "Pindahkan modem atau antena ke tempat yang lebih tinggi.", "Move the modem or its antenna to a higher place."},
    [CODE_UNREGISTERED] = {"unregistered", "operator belum menerima kartu SIM", "the operator has not let the SIM card in",
        "Periksa masa aktif dan pulsa kartu.", "Check the card's validity and credit."},
    [CODE_NO_PROMPT] = {"no_prompt", "modem tidak meminta isi SMS", "the modem did not ask for the text", "", ""},
    [CODE_SMS_REFUSED] = {"sms_refused", "SMS ditolak", "the SMS was refused",
        "Periksa nomor, pulsa dan masa aktif kartu.", "Check the number, the card's credit and validity."},
    [CODE_UNDELIVERED] = {"undelivered", "SMS tidak sampai", "the SMS did not arrive", "", ""},
    [CODE_LINE_BUSY] = {"line_busy", "telepon tujuan sedang sibuk", "the telephone is engaged", "", ""},
    [CODE_NO_CARRIER] = {"no_carrier", "telepon tujuan mati, di luar jangkauan, atau pulsa habis", "the telephone is off or out of reach, or there is no credit",
        "Periksa pulsa kartu.", "Check the card's credit."},
    [CODE_CONNECT] = {"connect", "tidak tersambung", "no connection", "Periksa internet dan alamatnya.", "Check the internet and the address."},
    [CODE_TIMEOUT] = {"timeout", "tidak ada jawaban pada waktunya", "no answer in time", "", ""},
    [CODE_TLS] = {"tls", "sambungan aman gagal", "the secure connection failed",
        "Periksa jam alat dan sertifikat server (\"ca_file\").", "Check this machine's clock and the server's certificate (\"ca_file\")."},
    [CODE_LOGIN] = {"login", "token atau sandi tidak diterima", "the token or password was not accepted",
        "Tulis yang benar ke berkasnya.", "Write the right one into its file."},
    [CODE_NOT_FOUND] = {"not_found", "alamat layanan tidak ada (404)", "the service's address does not exist (404)", "Periksa \"url\" dan token.", "Check \"url\" and token."},
    [CODE_LIMIT] = {"limit", "terlalu banyak pesan; layanan meminta menunggu", "too many messages; the service asks to wait", "", ""},
    [CODE_SERVER] = {"server", "server bermasalah", "the server is in trouble", "", ""},
    [CODE_REDIRECT] = {"redirect", "server mengalihkan ke alamat lain; tidak diikuti", "the server points to another address; that is not followed",
        "Tulis alamat yang benar di \"url\".", "Write the right address as \"url\"."},
    [CODE_MALFORMED] = {"malformed", "jawaban server tidak dapat dibaca", "the server's answer cannot be read", "Periksa \"url\".", "Check \"url\"."},
    [CODE_REJECTED] = {"rejected", "server menolak pesan ini", "the server refused this message", "", ""},
    [CODE_RECIPIENT] = {"recipient", "penerima tidak dikenal, memblokir, atau belum setuju", "the recipient is unknown, has blocked us, or has not agreed",
        "Minta penerima memulai percakapan lagi, atau perbaiki kontak.", "Ask the recipient to start the chat again, or correct the contact."},
    [CODE_NO_COLLECTOR] = {"no_collector", "nila-collector tidak menjawab", "nila-collector does not answer",
        "Jalankan nila-collector; periksa \"socket\".", "Start nila-collector; check \"socket\"."},
    [CODE_NOT_ALLOWED] = {"not_allowed", "tidak berhak menyalakan sakelar", "not allowed to switch",
        "Masukkan pengguna nila-analytics ke grup nila-admin.", "Add the user nila-analytics to the group nila-admin."},
    [CODE_NO_SWITCH] = {"no_switch", "sakelar sirene tidak ada di berkas lokasi", "the site file has no such switch",
        "Samakan \"switch\" dengan reflexes di collector.json.", "Make \"switch\" one of the reflexes of collector.json."},
    [CODE_RELAY] = {"relay", "relai sirene tidak menutup", "the siren's relay did not close",
        "Periksa listrik dan kabel papan relai.", "Check the relay board's power and cable."},
    [CODE_SIM_ENDS] = {"sim_ends", "masa aktif kartu SIM hampir habis", "the SIM card's validity ends soon",
        "Isi pulsa, lalu ubah \"valid_until\".", "Top it up, then change \"valid_until\"."},
    [CODE_SELF_TEST] = {"self_test", "SMS uji mingguan ke nomor sendiri tidak kembali", "the weekly SMS to itself did not come back",
        "Periksa pulsa, masa aktif dan \"number\".", "Check credit, validity and \"number\"."},
    [CODE_CONFIG] = {"config", "konfigurasi saluran salah", "the channel's configuration is wrong", "", ""},
};
/* clang-format on */

const char *channel_code_name(enum channel_code code)
{
    return (unsigned)code < CHANNEL_CODES ? WORDS[code].name : "config";
}

int channel_code_find(const char *name, enum channel_code *out)
{
    for (unsigned i = 0; i < CHANNEL_CODES; i++)
        if (strcmp(WORDS[i].name, name) == 0) {
            *out = (enum channel_code)i;
            return 0;
        }
    return NILA_ERR_NOT_FOUND;
}

size_t channel_say(char *buf, size_t size, enum channel_code code, const char *detail, bool english)
{
    const struct words *w = &WORDS[(unsigned)code < CHANNEL_CODES ? code : CODE_CONFIG];
    const char *what = english ? w->en : w->id, *cure = english ? w->cure_en : w->cure_id;
    const char *stop =
        strlen(detail) > 0 && strchr("?!", detail[strlen(detail) - 1]) != NULL ? " " : ". ";
    int n = snprintf(buf, size, "%s%s%s%s%s", what, *what != '\0' && *detail != '\0' ? ": " : "",
                     detail, *what != '\0' && *cure != '\0' ? stop : "", cure);

    if (n < 0)
        return 0;
    return (size_t)n < size ? (size_t)n : size - 1;
}

const char *channel_fate_name(enum channel_fate fate)
{
    static const char *const NAME[] = {"sent", "delivered", "retry", "refused", "unknown"};

    return (unsigned)fate < sizeof NAME / sizeof NAME[0] ? NAME[fate] : "unknown";
}

const char *message_kind_name(enum message_kind kind)
{
    static const char *const NAME[MESSAGE_KINDS] = {"raise",  "repeat",    "clear", "acked",
                                                    "notice", "heartbeat", "test"};

    return (unsigned)kind < MESSAGE_KINDS ? NAME[kind] : "notice";
}
