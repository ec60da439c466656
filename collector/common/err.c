/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "err.h"

#include <stddef.h>

#include "tongue.h"

static const struct {
    const char *english, *indonesian;
} TEXT[] = {
    {"ok", "baik"},
    {"input or output failed", "gagal membaca atau menulis"},
    {"held by somebody else", "sedang dipakai yang lain"},
    {"stored bytes are damaged", "isi yang tersimpan rusak"},
    {"value out of range", "nilai di luar batas"},
    {"not the expected form", "bentuknya tidak sesuai"},
    {"configuration is wrong", "konfigurasi salah"},
    {"no answer in time", "tidak menjawab pada waktunya"},
    {"closed", "tertutup"},
    {"not found", "tidak ditemukan"},
    {"full", "penuh"},
    {"not permitted", "tidak diizinkan"},
    {"protocol broken by the other side", "protokol dilanggar pihak lain"},
    {"refused by the other side", "ditolak pihak lain"},
    {"Modbus exception", "pengecualian Modbus"},
    {"not supported", "tidak didukung"},
};

const char *nila_err_text(int rc)
{
    size_t i = rc <= 0 ? (size_t)-rc : 0;
    if (i >= sizeof TEXT / sizeof TEXT[0])
        return tongue("kesalahan tidak dikenal", "unknown error");
    return tongue(TEXT[i].indonesian, TEXT[i].english);
}
