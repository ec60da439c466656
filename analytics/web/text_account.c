/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in, one's own account, users. */
#include "text.h"

#define AT(key) [TEXT_##key - TEXT_ACCOUNT_FIRST]

/* clang-format off */
const char *const TEXT_ACCOUNT[TEXT_ACCOUNT_SIZE][LANG_COUNT] = {
    AT(LOGIN_TITLE) = {"Masuk", "Log in"},
    AT(LOGIN_WHO) = {"Nomor HP (atau nama pengguna)", "Telephone number (or user name)"},
    AT(LOGIN_PIN) = {"PIN atau kata sandi", "PIN or password"},
    AT(LOGIN_GO) = {"Masuk", "Log in"},
    AT(LOGIN_WRONG) = {"Nomor atau PIN tidak cocok. Periksa lagi.", "Number and PIN do not match. Check them."},
    AT(LOGIN_WAIT) = {"Terlalu sering dicoba. Coba lagi {detik} detik lagi.", "Tried too often. Try again in {detik} seconds."},
    AT(LOGIN_BUSY) = {"Sedang ramai. Coba lagi sebentar.", "Busy now. Try again in a moment."},
    AT(LOGIN_FIRST) = {"Belum ada pengguna. Admin pertama dibuat di komputer ini: nila-analytics user add NAMA --role admin. Sampai saat itu halaman dapat dibaca siapa saja yang dapat membukanya, dan tidak ada yang dapat dicatat.",
        "There are no users yet. The first admin is made on this computer: nila-analytics user add NAME --role admin. Until then whoever can open the pages can read them, and nothing can be entered."},
    AT(LOGIN_FORGOT) = {"Lupa PIN? Minta petugas atau admin memulai PIN baru; orang kedua menyetujuinya.",
        "Forgotten the PIN? Ask an officer or admin to start a new one; a second person confirms it."},
    AT(LOGOUT) = {"Keluar", "Log out"},
    AT(ACCOUNT_TITLE) = {"Akun saya", "My account"},
};
/* clang-format on */
