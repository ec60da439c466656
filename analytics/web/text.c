/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <math.h>
#include <string.h>

#define DASH "\u2013"

/* clang-format off */
static const char *const TEXT[TEXT_COUNT][LANG_COUNT] = {
    [TEXT_APP] = {"Lumbung Nila", "Lumbung Nila"},
    [TEXT_NAV] = {"Menu", "Menu"},
    [TEXT_NAV_PONDS] = {"Kolam", "Ponds"},
    [TEXT_NAV_REGION] = {"Wilayah", "Region"},
    [TEXT_NAV_HELP] = {"Bantuan", "Help"},
    [TEXT_SKIP] = {"Langsung ke isi", "Skip to content"},
    [TEXT_OTHER_LANGUAGE] = {"English", "Indonesia"},
    [TEXT_FOOT] = {"Lumbung Nila {versi}. Perangkat lunak bebas, GPL-3.0-or-later.",
        "Lumbung Nila {versi}. Free software, GPL-3.0-or-later."},
    [TEXT_UPDATED] = {"Diperbarui {jam}.", "Updated {jam}."},
    [TEXT_LEVEL_OK] = {"AMAN", "OK"},
    [TEXT_LEVEL_WATCH] = {"WASPADA", "WATCH"},
    [TEXT_LEVEL_NO_DATA] = {"TIDAK ADA DATA", "NO DATA"},
    [TEXT_LEVEL_DANGER] = {"BAHAYA", "DANGER"},
    [TEXT_OXYGEN] = {"Oksigen", "Oxygen"},
    [TEXT_TEMPERATURE] = {"Suhu", "Temperature"},
    [TEXT_ACIDITY] = {"pH", "pH"},
    [TEXT_AMMONIA] = {"Amonia", "Ammonia"},
    [TEXT_AMMONIA_TOTAL] = {"Amonia total", "Total ammonia"},
    [TEXT_TURBIDITY] = {"Kekeruhan", "Turbidity"},
    [TEXT_HOME_TITLE] = {"Kolam saya", "My ponds"},
    [TEXT_PONDS_ONE] = {"{n} kolam.", "{n} pond."},
    [TEXT_PONDS_MANY] = {"{n} kolam.", "{n} ponds."},
    [TEXT_ACT_ONE] = {"{n} perlu tindakan sekarang.", "{n} needs action now."},
    [TEXT_ACT_MANY] = {"{n} perlu tindakan sekarang.", "{n} need action now."},
    [TEXT_WATCH_ONE] = {"{n} waspada.", "{n} on watch."},
    [TEXT_WATCH_MANY] = {"{n} waspada.", "{n} on watch."},
    [TEXT_BLIND_ONE] = {"{n} tanpa data.", "{n} without data."},
    [TEXT_BLIND_MANY] = {"{n} tanpa data.", "{n} without data."},
    [TEXT_ALL_OK] = {"Semua aman.", "All are OK."},
    [TEXT_NO_PONDS] = {"Belum ada kolam tercatat. Masukkan catatan kolam dengan perintah nila-analytics import.",
        "No ponds are recorded yet. Enter them with the command nila-analytics import."},
    [TEXT_AWAY] = {"Basis data tidak terhubung sejak {jam}. Keadaan air sekarang tidak diketahui: lihat ikan langsung.",
        "The database has not been reachable since {jam}. The present state of the water is unknown: go and look at the fish."},
    [TEXT_NEVER_READ] = {"Data sedang dibaca untuk pertama kali.",
        "Data is being read for the first time."},
    [TEXT_SILENT_TITLE] = {"Tanpa kabar alat", "No word from a device"},
    [TEXT_SILENT_NOTE] = {"Kolam ini tidak mengirim data selama 7 hari terakhir, atau belum punya alat.",
        "These ponds sent no data in the last 7 days, or have no device yet."},
    [TEXT_READ_AT] = {"Dibaca {jam}", "Read at {jam}"},
    [TEXT_LAST_DATA] = {"Data terakhir {jam}", "Last data {jam}"},
    [TEXT_NEVER_DATA] = {"Tidak ada data dalam 7 hari terakhir", "No data in the last 7 days"},
    [TEXT_DO_NOW] = {"Yang harus dilakukan sekarang", "What to do now"},
    [TEXT_CALL] = {"Telepon penyuluh", "Call the extension worker"},
    [TEXT_NO_LIME] = {"Jangan menabur kapur: kapur membuat amonia lebih beracun.",
        "Do not lime: lime makes ammonia more poisonous."},
    [TEXT_DOUBTFUL_MARK] = {"meragukan", "doubtful"},
    [TEXT_MEASURED_AT] = {"diukur {jam}", "measured at {jam}"},
    [TEXT_BACK] = {"Semua kolam", "All ponds"},
    [TEXT_DAY_OXYGEN] = {"Oksigen 24 jam terakhir", "Oxygen, last 24 hours"},
    [TEXT_DAY_TEMPERATURE] = {"Suhu air 24 jam terakhir", "Water temperature, last 24 hours"},
    [TEXT_CHART_DESC] = {"Terendah {min}, tertinggi {maks}, terakhir {nilai} pukul {jam}.",
        "Lowest {min}, highest {maks}, last {nilai} at {jam}."},
    [TEXT_CHART_LIMITS] = {"Garis putus-putus: batas {batas}.", "Dashed line: limit {batas}."},
    [TEXT_CHART_EMPTY] = {"Tidak ada data dalam 24 jam terakhir.", "No data in the last 24 hours."},
    [TEXT_CHART_WAIT] = {"Grafik belum siap. Muat ulang halaman ini sebentar lagi.",
        "The chart is not ready yet. Load this page again in a moment."},
    [TEXT_CHART_NIGHT] = {"Bagian gelap: malam.", "Shaded: night."},
    [TEXT_TABLE_OPEN] = {"Lihat angka tiap jam", "Show the figures by hour"},
    [TEXT_TABLE_HOUR] = {"Jam", "Hour"},
    [TEXT_TABLE_CAPTION] = {"Rata-rata tiap jam, WIB", "Hourly means, WIB (UTC+7)"},
    [TEXT_TABLE_EMPTY] = {"Belum ada angka.", "No figures yet."},
    [TEXT_CYCLE_TITLE] = {"Ikan di kolam ini", "The fish in this pond"},
    [TEXT_CYCLE_DAY] = {"Hari ke-{hari} sejak tebar {tanggal}, {tebar} ekor ditebar.",
        "Day {hari} since stocking on {tanggal}; {tebar} fish were stocked."},
    [TEXT_CYCLE_FISH] = {"Perkiraan sekarang: {n} ekor, {kg} kg ikan.",
        "Estimate now: {n} fish, {kg} kg of fish."},
    [TEXT_CYCLE_MASS] = {"Bobot rata-rata sekitar {g} gram per ekor, biasanya antara {a} dan {b} gram.",
        "Mean weight about {g} grams a fish, usually between {a} and {b} grams."},
    [TEXT_CYCLE_HARVEST] = {"Panen diperkirakan sekitar {tanggal}: kira-kira {kg} kg, biasanya antara {a} dan {b} kg.",
        "Harvest expected about {tanggal}: some {kg} kg, usually between {a} and {b} kg."},
    [TEXT_CYCLE_NO_HARVEST] = {"Panen belum dapat diperkirakan.", "The harvest cannot be estimated yet."},
    [TEXT_CYCLE_FORGOTTEN] = {"Siklus ini lebih dari setahun dan lama tanpa catatan, jadi tidak diperkirakan. Masukkan panen atau sampling.",
        "This cycle is older than a year and long without records, so nothing is estimated. Enter its harvest or a sample."},
    [TEXT_CYCLE_WAIT] = {"Perkiraan sedang dihitung.", "The estimate is being computed."},
    [TEXT_CYCLE_NONE] = {"Tidak ada siklus yang sedang berjalan.", "No cycle is running."},
    [TEXT_CYCLE_NOTE] = {"“Biasanya” berarti 8 dari 10 kemungkinan. Timbang contoh ikan (sampling) supaya perkiraan lebih tepat.",
        "“Usually” means 8 outcomes in 10. Weigh a sample of fish to make the estimate better."},
    [TEXT_CLASS_CAPTION] = {"Ikan di kolam menurut ukuran (rata-rata, kg)", "Fish in the pond by size (mean, kg)"},
    [TEXT_CLASS_SIZE] = {"Ukuran (ekor per kg)", "Size (fish per kg)"},
    [TEXT_CLASS_SMALL] = {"lebih kecil dari ukuran {n}", "smaller than size {n}"},
    [TEXT_CLASS_FROM] = {"ukuran {n}", "size {n}"},
    [TEXT_CLASS_BELOW_G] = {"di bawah {b} g", "below {b} g"},
    [TEXT_CLASS_G] = {"{a}–{b} g", "{a}–{b} g"},
    [TEXT_CLASS_OVER_G] = {"{a} g ke atas", "{a} g and over"},
    [TEXT_ASK_TITLE] = {"Yang perlu ditanyakan", "Questions about the records"},
    [TEXT_ASK_NOTE] = {"Catatan ini tetap dihitung, tetapi dengan ragu-ragu. Jawablah kepada penyuluh atau betulkan catatannya, supaya perkiraan lebih tepat.",
        "These records are counted, but with doubt. Answer the extension worker or correct the record, and the estimate gets better."},
    [TEXT_ASK_SAMPLE_SMALL] = {"Sampel {tanggal} di {kolam}: rata-rata {tulis} gram, lebih kecil dari yang diperkirakan ({duga} gram).",
        "Sample of {tanggal} in {kolam}: mean {tulis} grams, smaller than expected ({duga} grams)."},
    [TEXT_ASK_SAMPLE_BIG] = {"Sampel {tanggal} di {kolam}: rata-rata {tulis} gram, jauh lebih besar dari yang diperkirakan ({duga} gram).",
        "Sample of {tanggal} in {kolam}: mean {tulis} grams, far bigger than expected ({duga} grams)."},
    [TEXT_ASK_GRADED] = {"Apakah ikan besar sudah diambil? Kalau ya, catat sebagai panen: berapa kg dan kapan.",
        "Were the big fish taken out already? If so, write it down as a harvest: how many kg and when."},
    [TEXT_ASK_RECRUITS] = {"Apakah anakan ikut terjaring? Kalau ya, timbang lagi tanpa anakan.",
        "Did young fish get into the net? If so, weigh again without them."},
    [TEXT_ASK_POND] = {"Apakah contoh ini dari kolam lain? Periksa nama kolam pada catatan itu.",
        "Is this the sample of another pond? Check the name of the pond in that record."},
    [TEXT_ASK_HARVEST_MORE] = {"Panen {tanggal} di {kolam}: kira-kira {tulis} ekor, padahal diperkirakan hanya ada {duga} ekor.",
        "Harvest of {tanggal} in {kolam}: about {tulis} fish, but only some {duga} should be there."},
    [TEXT_ASK_HARVEST_MORE_DO] = {"Apakah jumlah tebar dan berat panen benar? Periksa kedua catatan itu.",
        "Are the number stocked and the weight harvested right? Check both records."},
    [TEXT_ASK_HARVEST_SIZE] = {"Panen {tanggal} di {kolam}: tertulis {tulis} ekor per kg, diperkirakan {duga} ekor per kg.",
        "Harvest of {tanggal} in {kolam}: {tulis} fish per kg are written down, {duga} are expected."},
    [TEXT_ASK_HARVEST_SIZE_DO] = {"Apakah ukurannya benar? Tanyakan kepada pembeli, lalu periksa catatan panen.",
        "Is the size right? Ask the buyer, then check the record of the harvest."},
    [TEXT_ASK_LOST_MORE] = {"{tanggal} di {kolam}: tertulis {tulis} ekor mati atau hilang, padahal diperkirakan hanya ada {duga} ekor.",
        "{tanggal} in {kolam}: {tulis} fish dead or lost are written down, but only some {duga} should be there."},
    [TEXT_ASK_LOST_MORE_DO] = {"Apakah jumlah itu benar, dan apakah jumlah tebar benar? Periksa kedua catatan itu.",
        "Is that number right, and the number stocked? Check both records."},
    [TEXT_ASK_FEED_MORE] = {"Pakan sampai {tanggal} di {kolam}: tertulis {tulis} kg per hari, jauh lebih banyak dari yang biasa untuk ikan itu ({duga} kg).",
        "Feed up to {tanggal} in {kolam}: {tulis} kg a day are written down, far more than such fish usually get ({duga} kg)."},
    [TEXT_ASK_FEED_MORE_DO] = {"Apakah pakan kolam lain ikut tercatat, atau yang ditulis gram atau karung, bukan kg?",
        "Was another pond’s feed written down with it, or are these grams or sacks, not kg?"},
    [TEXT_ASK_FEED_LESS] = {"Pakan sampai {tanggal} di {kolam}: tertulis {tulis} kg per hari, jauh lebih sedikit dari yang biasa untuk ikan itu ({duga} kg).",
        "Feed up to {tanggal} in {kolam}: {tulis} kg a day are written down, far less than such fish usually get ({duga} kg)."},
    [TEXT_ASK_FEED_LESS_DO] = {"Apakah ada pakan yang belum dicatat, atau ikan sudah berkurang? Lengkapi catatannya.",
        "Is there feed that was not written down, or are there fewer fish? Complete the records."},
    [TEXT_ASK_FEED_KIND] = {"Pakan {tanggal} di {kolam} ({tulis} kg): jenisnya tidak dikenal, jadi dihitung sebagai pelet.",
        "Feed of {tanggal} in {kolam} ({tulis} kg): of a kind nobody knows, so it is counted as pellets."},
    [TEXT_ASK_FEED_KIND_DO] = {"Periksa ejaan jenis pakan pada catatan itu.",
        "Check the spelling of the kind of feed in that record."},
    [TEXT_RECORDS_TITLE] = {"Catatan yang perlu dilengkapi", "Records to complete"},
    [TEXT_RECORDS_INTRO] = {"Untuk penyuluh: tanyakan hal ini saat berkunjung. {n} kolam mempunyai catatan yang tidak cocok.",
        "For extension workers: ask about this on a visit. {n} ponds have records that do not fit."},
    [TEXT_RECORDS_NONE] = {"Tidak ada catatan yang perlu ditanyakan.", "There is no record to ask about."},
    [TEXT_RECORDS_LINK] = {"Catatan yang perlu ditanyakan: {n} kolam", "Records to ask about: {n} ponds"},
    [TEXT_BACK_REGION] = {"Kembali ke prakiraan wilayah", "Back to the forecast of the region"},
    [TEXT_REGION_TITLE] = {"Prakiraan panen nila", "Tilapia harvest forecast"},
    [TEXT_REGION_SUMMARY] = {"{bulan}: sekitar {rata} ton dari kedua kabupaten, biasanya antara {p10} dan {p90} ton.",
        "{bulan}: about {rata} tonnes from both regencies, usually between {p10} and {p90} tonnes."},
    [TEXT_REGION_WAIT] = {"Prakiraan sedang dihitung. Muat ulang halaman ini sebentar lagi.",
        "The forecast is being computed. Load this page again in a moment."},
    [TEXT_REGION_FAILED] = {"Prakiraan tidak dapat dihitung. Petugas dapat membaca sebabnya di catatan nila-analytics.",
        "The forecast could not be computed. The log of nila-analytics says why."},
    [TEXT_REGION_ASOF] = {"Berdasarkan catatan sampai {tanggal}; dihitung {jam}.",
        "From records up to {tanggal}; computed {jam}."},
    [TEXT_REGION_COVER] = {"Cakupan: {n} kolam dengan siklus berjalan dari {m} kolam tercatat (Kotim {a} dari {ma}, Seruyan {b} dari {mb}).",
        "Coverage: {n} ponds with a running cycle out of {m} recorded ponds (Kotim {a} of {ma}, Seruyan {b} of {mb})."},
    [TEXT_REGION_NO_WATER] = {"Dihitung tanpa data sensor, karena basis data tidak terhubung.",
        "Computed without sensor data, because the database could not be reached."},
    [TEXT_REGION_PRIOR] = {"Taksiran awal (prior): belum ada angka resmi yang dipakai untuk mengoreksi prakiraan ini.",
        "A prior estimate: no official figure has been used yet to correct this forecast."},
    [TEXT_PRINT_LINK] = {"Cetak prognosa neraca pangan", "Print the food balance prognosis"},
    [TEXT_REGION_FORGOTTEN] = {"{n} siklus tidak dihitung: lebih dari setahun dan lama tanpa catatan.",
        "{n} cycles are left out: older than a year and long without records."},
    [TEXT_REGION_SCOPE] = {"Hanya kolam tercatat yang dihitung, bukan seluruh produksi wilayah.",
        "Only recorded ponds are counted, not the whole production of the region."},
    [TEXT_MONTH] = {"Bulan", "Month"},
    [TEXT_JOINT] = {"Gabungan", "Joint"},
    [TEXT_KOTIM] = {"Kotim", "Kotim"},
    [TEXT_SERUYAN] = {"Seruyan", "Seruyan"},
    [TEXT_TONNES_NOTE] = {"Ton. Angka besar: rata-rata, dapat dijumlahkan; di bawahnya rentang P10–P90, yaitu 8 dari 10 kemungkinan. Rentang tidak dijumlahkan.",
        "Tonnes. Large figure: mean, may be summed; below it the range P10–P90, that is 8 outcomes in 10. Ranges are not summed."},
    [TEXT_REGION_TABLE] = {"Prakiraan panen per bulan (ton)", "Harvest forecast by month (tonnes)"},
    [TEXT_REGION_CHART] = {"Panen gabungan per bulan (ton)", "Joint harvest by month (tonnes)"},
    [TEXT_REGION_CHART_DESC] = {"Batang: rata-rata Kotim dan Seruyan; pita: rentang 80% gabungan. {bulan}: {rata} ton ({p10}–{p90}).",
        "Bars: means of Kotim and Seruyan; band: joint 80% range. {bulan}: {rata} tonnes ({p10}–{p90})."},
    [TEXT_LEGEND_BAND] = {"Rentang 80% gabungan", "Joint 80% range"},
    [TEXT_LEGEND_MEDIAN] = {"Rata-rata gabungan", "Joint mean"},
    [TEXT_KECAMATAN] = {"Kecamatan", "Kecamatan (district)"},
    [TEXT_KECAMATAN_TABLE] = {"Per kecamatan (ton)", "By kecamatan (district), tonnes"},
    [TEXT_KECAMATAN_NONE] = {"Kecamatan lain belum punya kolam dengan siklus berjalan.",
        "The other kecamatan have no pond with a running cycle yet."},
    [TEXT_KECAMATAN_MONTHS] = {"{wilayah}: semua bulan per kecamatan", "{wilayah}: all months by kecamatan (district)"},
    [TEXT_PONDS_COLUMN] = {"Kolam", "Ponds"},
    [TEXT_ALL_MONTHS] = {"{n} bulan", "{n} months"},
    [TEXT_REGION_SCOPE_OFFICIAL] = {"Kolam tercatat, disesuaikan dengan angka resmi di bawah; pembagian ke kecamatan mengikuti kolam tercatat.",
        "Recorded ponds, adjusted to the official figures below; their division by kecamatan follows the recorded ponds."},
    [TEXT_REGION_REGISTER] = {"Menurut register, {n} dari {m} pembudidaya tercatat di sini.",
        "By the register, {n} of {m} fish farms are on record here."},
    [TEXT_QUARTER] = {"Triwulan {n} {tahun}", "Quarter {n} {tahun}"},
    [TEXT_TOTAL] = {"Jumlah", "Total"},
    [TEXT_BALANCE_TITLE] = {"Neraca pasokan nila (ton)", "Supply balance of tilapia (tonnes)"},
    [TEXT_BALANCE_NOTE] = {"Neraca = pasokan + masuk − keluar − susut − kebutuhan, untuk {n} bulan. Angka besar: rata-rata; di bawahnya P10–P90, rentang tidak dijumlahkan.",
        "Balance = supply + inflow − outflow − losses − demand, over {n} months. Large figure: mean; below it P10–P90, ranges are not summed."},
    [TEXT_BALANCE_SUPPLY] = {"Pasokan", "Supply"},
    [TEXT_BALANCE_INFLOW] = {"Masuk dari luar", "Inflow"},
    [TEXT_BALANCE_OUTFLOW] = {"Keluar", "Outflow"},
    [TEXT_BALANCE_LOSS] = {"Susut", "Losses"},
    [TEXT_BALANCE] = {"Neraca", "Balance"},
    [TEXT_CHANCE_TITLE] = {"Kemungkinan kurang", "Chance of a shortage"},
    [TEXT_CHANCE_NOTE] = {"Neraca rata-rata dalam ton; di bawahnya P10–P90, peluang defisit, dan kekurangan bila terjadi. Rentang dan peluang tidak dijumlahkan.",
        "Mean balance in tonnes; below it P10–P90, the chance of a deficit, and the shortage when there is one. Ranges and chances are not summed."},
    [TEXT_CHANCE_SHORTFALL] = {"bila kurang: {t} ton", "when short: {t} tonnes"},
    [TEXT_FEW_FARMS] = {"{wilayah}: hanya {n} dari {m} pembudidaya terdaftar tercatat di sini (kurang dari 5%), jadi peluang defisit tidak dihitung.",
        "{wilayah}: only {n} of {m} registered fish farms are on record here (less than 5%), so no chance of a deficit is told."},
    [TEXT_TRACKED_ONLY] = {"{wilayah}: pasokan hanya dari kolam tercatat, tanpa angka resmi.",
        "{wilayah}: supply of recorded ponds only, without an official figure."},
    [TEXT_PERIOD] = {"Masa", "Period"},
    [TEXT_HELP_EACH_TITLE] = {"Bila kedua kabupaten saling membantu", "If the two regencies help each other"},
    [TEXT_BOTH_SHORT] = {"Keduanya kurang", "Both short"},
    [TEXT_ONE_COVERED] = {"Satu kurang, yang lain dapat menutup", "One short, the other can cover"},
    [TEXT_TRANSFER] = {"Kiriman yang paling mengurangi kekurangan", "Transfer that leaves the least shortage"},
    [TEXT_TRANSFER_NONE] = {"tidak ada", "none"},
    [TEXT_TRANSFER_OF] = {"{t} ton, {dari} ke {ke}", "{t} tonnes, {dari} to {ke}"},
    [TEXT_DEMAND] = {"Kebutuhan", "Demand"},
    [TEXT_DEMAND_MISSING] = {"{wilayah}: kebutuhan belum diisi ({kunci}).", "{wilayah}: demand not entered yet ({kunci})."},
    [TEXT_DEMAND_HOW] = {"Sebelum kebutuhan diisi ada pasokan, tetapi tidak ada neraca dan peluang defisit. Petugas mengisinya dengan nila-analytics import assumptions.",
        "Until the demand is entered there is supply, but no balance and no chance of a deficit. It is entered with nila-analytics import assumptions."},
    [TEXT_SCENARIO_TITLE] = {"Skenario, bukan kebutuhan", "A scenario, not the demand"},
    [TEXT_SCENARIO] = {"Bila setiap orang makan nila sebanyak produksi nila provinsi per kepala ({kapita} kg per tahun: 34.586 ton tahun 2023 untuk 2,81 juta jiwa), dimakan {a} ton per bulan di Kotim dan {b} ton di Seruyan. Itu produksi, bukan konsumsi.",
        "If everybody ate as much tilapia as the province produces a head ({kapita} kg a year: 34,586 tonnes of 2023 for 2.81 million people), {a} tonnes a month would be eaten in Kotim and {b} tonnes in Seruyan. That is production, not consumption."},
    [TEXT_BASIS_TITLE] = {"Anggapan yang dipakai", "Assumptions used"},
    [TEXT_BASIS] = {"Anggapan", "Assumption"},
    [TEXT_BASIS_VALUE] = {"Nilai (P10–P90)", "Value (P10–P90)"},
    [TEXT_BASIS_SOURCE] = {"Sumber", "Source"},
    [TEXT_BASIS_DATE] = {"Tanggal", "Date"},
    [TEXT_BASIS_PLACE] = {"Wilayah", "Region"},
    [TEXT_BASIS_MORE] = {"Dan {n} lagi: lihat nila-analytics forecast --balance.", "And {n} more: see nila-analytics forecast --balance."},
    [TEXT_OFFICIAL_TITLE] = {"Angka resmi", "Official figures"},
    [TEXT_TONNES] = {"Ton", "Tonnes"},
    [TEXT_OFFICIAL_NONE] = {"Tidak ada angka resmi untuk bulan-bulan ini; {n} tercatat untuk masa lain.",
        "There is no official figure for these months; {n} are on record for other periods."},
    [TEXT_OFFICIAL_USED] = {"dipakai", "used"},
    [TEXT_OFFICIAL_WORDS] = {"Keterangan", "Remark"},
    [TEXT_OFFICIAL_FINAL] = {"tetap, revisi {n}", "final, revision {n}"},
    [TEXT_OFFICIAL_PROVISIONAL] = {"sementara, revisi {n}", "provisional, revision {n}"},
    [TEXT_KEY_POPULATION] = {"penduduk, jiwa", "population"},
    [TEXT_KEY_CONSUMPTION_AKI] = {"konsumsi ikan (AKI), kg per orang per tahun", "fish eaten (AKI), kg a person a year"},
    [TEXT_KEY_CONSUMPTION_SUSENAS] = {"konsumsi ikan (Susenas), kg per orang per tahun", "fish eaten (Susenas), kg a person a year"},
    [TEXT_KEY_TILAPIA_SHARE] = {"bagian nila dalam konsumsi ikan, %", "share of tilapia in the fish eaten, %"},
    [TEXT_KEY_LOSS] = {"susut, %", "losses, %"},
    [TEXT_KEY_INFLOW] = {"masuk dari luar, kg per bulan", "inflow, kg a month"},
    [TEXT_KEY_OUTFLOW] = {"keluar, kg per bulan", "outflow, kg a month"},
    [TEXT_KEY_IDUL_FITRI] = {"tambahan 30 hari sebelum Idul Fitri, %", "more in the 30 days before Idul Fitri, %"},
    [TEXT_KEY_PRICE_RESPONSE] = {"tanggapan atas harga (elastisitas)", "response to price (elasticity)"},
    [TEXT_KEY_PRICE_CHANGE] = {"perubahan harga, %", "change of price, %"},
    [TEXT_KEY_DEMAND_SHOCK] = {"guncangan kebutuhan, %", "demand shock, %"},
    [TEXT_KEY_OTHER_SUPPLY] = {"ikan lain yang tersedia, kg per bulan", "other fish available, kg a month"},
    [TEXT_KEY_OTHER_DEMAND] = {"ikan lain yang dibutuhkan, kg per bulan", "other fish needed, kg a month"},
    [TEXT_METHOD_TITLE] = {"Cara membaca angka ini", "How to read these figures"},
    [TEXT_METHOD_RANGE] = {"Rentang P10–P90 berarti: dari 10 kemungkinan, kira-kira 8 jatuh di dalamnya, 1 di bawah dan 1 di atas.",
        "The range P10–P90 means: of 10 outcomes about 8 fall inside, 1 below and 1 above."},
    [TEXT_METHOD_JOINT] = {"Gabungan dihitung dari {draws} simulasi yang sama untuk kedua kabupaten (cuaca dan kejadian bersama), jadi rata-ratanya jumlah kolom Kotim dan Seruyan, tetapi batas rentangnya bukan.",
        "The joint figure comes from the same {draws} simulations for both regencies (shared weather and events), so its mean is the sum of the Kotim and Seruyan columns, but the ends of its range are not."},
    [TEXT_METHOD_PRIOR] = {"Pertumbuhan, sintasan dan waktu panen memakai anggapan awal dari pustaka, diperbaiki oleh catatan tebar, pakan, sampling, kematian dan panen. Ketepatannya di wilayah ini belum teruji.",
        "Growth, survival and time of harvest start from prior assumptions of the literature and are corrected by the records of stocking, feed, samples, deaths and harvests. Their accuracy in this region is not yet proven."},
    [TEXT_PRINT_TITLE] = {"Prognosa Neraca Pangan: Ikan Nila", "Food Balance Prognosis: Tilapia"},
    [TEXT_PRINT_REGENCY] = {"Pemerintah Kabupaten {wilayah}", "Government of {wilayah} Regency"},
    [TEXT_PRINT_OFFICE] = {"Dinas yang membidangi perikanan", "Office in charge of fisheries"},
    [TEXT_PRINT_FINAL] = {"Tetap", "Final"},
    [TEXT_PRINT_PROVISIONAL] = {"Sementara", "Provisional"},
    [TEXT_PRINT_STATE] = {"{status}, {revisi}. Data sampai {tanggal}, dihitung {jam}.",
        "{status}, {revisi}. Data up to {tanggal}, computed {jam}."},
    [TEXT_PRINT_RUNNING] = {"Prognosa neraca pangan ikan nila, {bulan}. {status}, {revisi}. Data sampai {tanggal}.",
        "Food balance prognosis of tilapia, {bulan}. {status}, {revisi}. Data up to {tanggal}."},
    [TEXT_PRINT_REVISION] = {"revisi {n}", "revision {n}"},
    [TEXT_PRINT_UNISSUED] = {"belum diterbitkan (tanpa nomor revisi)", "not issued yet (no revision number)"},
    [TEXT_PRINT_CHOOSE] = {"Pilih masa:", "Choose the period:"},
    [TEXT_PRINT_HOW] = {"Cetak: tekan Ctrl+P, atau pilih Cetak di menu peramban. Kertas A4 tegak. Bagian ini tidak ikut tercetak.",
        "To print: press Ctrl+P, or choose Print in the menu of the browser. A4, upright. This part is not printed."},
    [TEXT_PRINT_UNKNOWN] = {"Masa “{apa}” tidak ada dalam prakiraan ini; yang ditampilkan {bulan}. Tulis seperti 2027-01 atau 2027-Q1, atau pilih di atas.",
        "The period “{apa}” is not in this forecast; {bulan} is shown. Write it like 2027-01 or 2027-Q1, or choose above."},
    [TEXT_PRINT_FORM] = {"Neraca {bulan} (ton)", "Balance of {bulan} (tonnes)"},
    [TEXT_PRINT_FORM_NOTE] = {"Ketersediaan = produksi + masuk − keluar − susut; neraca = ketersediaan − kebutuhan. Stok awal ikan segar dianggap nol. Angka besar: rata-rata, dapat dijumlahkan; di bawahnya rentang P10–P90, rentang tidak dijumlahkan. Titik-titik: diisi petugas.",
        "Availability = production + inflow − outflow − losses; balance = availability − demand. Opening stock of fresh fish is taken as nil. Large figure: mean, may be summed; below it the range P10–P90, ranges are not summed. Dots: to be filled in by the officer."},
    [TEXT_PRINT_GOODS] = {"Wilayah dan bahan", "Region and good"},
    [TEXT_PRINT_AVAILABLE] = {"Ketersediaan", "Availability"},
    [TEXT_PRINT_PRODUCTION] = {"Produksi", "Production"},
    [TEXT_PRINT_ALL_FISH] = {"Ikan konsumsi, semua jenis", "Food fish, all kinds"},
    [TEXT_PRINT_TILAPIA] = {"di antaranya: nila", "of which: tilapia"},
    [TEXT_PRINT_OTHER_FISH] = {"di antaranya: ikan lain", "of which: other fish"},
    [TEXT_PRINT_MONTHS] = {"Produksi nila per bulan dan triwulan (ton)", "Tilapia production by month and quarter (tonnes)"},
    [TEXT_PRINT_KECAMATAN] = {"Produksi nila per kecamatan, {bulan} (ton)",
        "Tilapia production by kecamatan (district), {bulan} (tonnes)"},
    [TEXT_PRINT_SUM] = {"Jumlah {wilayah}", "Total of {wilayah}"},
    [TEXT_PRINT_SIGN] = {"Mengetahui,", "Acknowledged,"},
    [TEXT_PRINT_PLACE] = {"...................., ....................", "...................., ...................."},
    [TEXT_PRINT_HEAD] = {"Kepala {dinas}", "Head of {dinas}"},
    [TEXT_PRINT_NAME] = {"(nama, NIP)", "(name, staff number)"},
    [TEXT_PRINT_COVER] = {"Dasar: {n} kolam dengan siklus berjalan dari {m} kolam tercatat (Kotim {a} dari {ma}, Seruyan {b} dari {mb}); {draws} simulasi.",
        "Basis: {n} ponds with a running cycle out of {m} recorded ponds (Kotim {a} of {ma}, Seruyan {b} of {mb}); {draws} simulations."},
    [TEXT_HELP_TITLE] = {"Bantuan", "Help"},
    [TEXT_HELP_LEVELS] = {"Arti warna dan bentuk", "What colours and shapes mean"},
    [TEXT_HELP_OK] = {"semua nilai dalam batas. Tidak ada tindakan.",
        "all values are inside their limits. Nothing to do."},
    [TEXT_HELP_WATCH] = {"ada yang perlu diperiksa hari ini.", "something needs a look today."},
    [TEXT_HELP_DANGER] = {"ikan terancam. Bertindak sekarang.", "the fish are at risk. Act now."},
    [TEXT_HELP_NO_DATA] = {"alat tidak mengirim oksigen lebih dari 20 menit. Keadaan air tidak diketahui: lihat ikan langsung.",
        "the device has sent no oxygen for more than 20 minutes. The water is unknown: go and look at the fish."},
    [TEXT_HELP_OXYGEN_TITLE] = {"Oksigen", "Oxygen"},
    [TEXT_HELP_OXYGEN] = {"Oksigen paling rendah menjelang matahari terbit. Sebaiknya di atas {waspada} mg/L; di bawah {bahaya} mg/L ikan bisa mati. Tanda di kolam: ikan megap-megap di permukaan.",
        "Oxygen is lowest just before sunrise. It should be above {waspada} mg/L; below {bahaya} mg/L fish can die. The sign in the pond: fish gasping at the surface."},
    [TEXT_HELP_LIME_TITLE] = {"Kapur", "Lime"},
    [TEXT_HELP_LIME] = {"Takaran kapur tergantung tanah dan air: tanyakan penyuluh. Jangan menabur kapur bila amonia tinggi. Jangan pakai kapur tohor bila ada ikan.",
        "The dose of lime depends on soil and water: ask the extension worker. Do not lime when ammonia is high. Never use quicklime with fish in the pond."},
    [TEXT_HELP_DEVICE_TITLE] = {"Alat tidak mengirim data", "The device sends no data"},
    [TEXT_HELP_DEVICE] = {"Periksa listrik dan lampu alat, lalu kabel ke kolam. Bersihkan ujung sensor dengan air tawar dan kain lembut sekali seminggu.",
        "Check power and the lamp of the device, then the cable to the pond. Clean the sensor tips with fresh water and a soft cloth once a week."},
    [TEXT_HELP_RANGE_TITLE] = {"Rentang prakiraan", "Ranges of the forecast"},
    [TEXT_HELP_CALL_TITLE] = {"Siapa yang dihubungi", "Whom to call"},
    [TEXT_HELP_CALL_NONE] = {"Hubungi penyuluh perikanan di kecamatan Anda.",
        "Call the fisheries extension worker of your kecamatan (district)."},
    [TEXT_NOT_FOUND_TITLE] = {"Halaman tidak ada", "No such page"},
    [TEXT_NOT_FOUND] = {"Alamat ini tidak ada. Mungkin nama kolam salah ketik.",
        "This address does not exist. Perhaps the name of the pond is misspelt."},
    [TEXT_METHOD_NOT_ALLOWED_TITLE] = {"Tidak bisa", "Not possible"},
    [TEXT_METHOD_NOT_ALLOWED] = {"Halaman ini hanya untuk dibaca.", "This page can only be read."},
    [TEXT_BUSY_TITLE] = {"Belum siap", "Not ready"},
    [TEXT_BUSY] = {"Catatan kolam belum dapat dibaca. Coba lagi sebentar lagi.",
        "The pond records cannot be read yet. Try again in a moment."},
    [TEXT_TO_HOME] = {"Ke halaman kolam", "To the ponds"},
    [TEXT_WELL_TITLE] = {"Air dalam keadaan baik", "The water is fine"},
    [TEXT_WELL_WHAT] = {"Oksigen {do} mg/L pukul {jam}. Semua nilai dalam batas.",
        "Oxygen {do} mg/L at {jam}. All values are inside their limits."},
    [TEXT_WELL_DO] = {"Tidak ada tindakan.", "Nothing to do."},
    [TEXT_DO_CRITICAL_TITLE] = {"Oksigen sangat rendah", "Oxygen is very low"},
    [TEXT_DO_CRITICAL_WHAT] = {"Oksigen {kolam} {do} mg/L pukul {jam}, batas {batas}. Ikan bisa mati dalam beberapa jam.",
        "Oxygen in {kolam} is {do} mg/L at {jam}; the limit is {batas}. Fish can die within hours."},
    [TEXT_DO_CRITICAL_DO] = {"Nyalakan semua kincir/aerator sekarang.|Jangan beri pakan.|Tidak ada kincir: pompa air kolam lalu semprotkan kembali ke permukaan, atau tambah air baru yang pH-nya aman.|Lihat ikan: jika megap-megap, hubungi penyuluh {telp}.",
        "Switch on every paddlewheel or aerator now.|Do not feed.|No aerator: pump pond water and spray it back on the surface, or add new water whose pH is safe.|Look at the fish: if they gasp, call the extension worker {telp}."},
    [TEXT_DO_LOW_TITLE] = {"Oksigen rendah", "Oxygen is low"},
    [TEXT_DO_LOW_WHAT] = {"Oksigen {kolam} {do} mg/L pukul {jam}, sebaiknya di atas {batas}.",
        "Oxygen in {kolam} is {do} mg/L at {jam}; it should be above {batas}."},
    [TEXT_DO_LOW_DO] = {"Nyalakan kincir/aerator.|Tunda pakan sampai oksigen di atas {batas}.|Periksa lagi setelah 30 menit.",
        "Switch on the aerator.|Hold the feed until oxygen is above {batas}.|Check again in 30 minutes."},
    [TEXT_DO_DROP_TITLE] = {"Oksigen turun cepat", "Oxygen is falling fast"},
    [TEXT_DO_DROP_WHAT] = {"Oksigen {kolam} turun {turun} mg/L dalam 1 jam (sekarang {do}). Bisa karena hujan lebat, air dasar teraduk, atau plankton mati.",
        "Oxygen in {kolam} fell {turun} mg/L in 1 hour (now {do}). Heavy rain, stirred bottom water or dying plankton can do this."},
    [TEXT_DO_DROP_DO] = {"Nyalakan kincir sekarang.|Hentikan pakan hari ini.|Lihat warna air: jika mendadak cokelat atau bening, ganti air sebagian (periksa pH air sumber dulu).",
        "Switch on the aerator now.|Stop feeding today.|Look at the water colour: if it suddenly turns brown or clear, change part of the water (check the pH of the source first)."},
    [TEXT_PH_LOW_TITLE] = {"Air terlalu asam", "Water is too acid"},
    [TEXT_PH_LOW_WHAT] = {"pH {kolam} {ph}, batas bawah {batas}. Sering terjadi di lahan gambut atau setelah hujan.",
        "pH of {kolam} is {ph}; the lower limit is {batas}. Common on peat or after rain."},
    [TEXT_PH_LOW_DO] = {"Ukur ulang dengan alat lain atau kertas pH.|Tabur kapur pertanian/dolomit sedikit demi sedikit sesuai takaran penyuluh, pagi hari.|Jangan pakai kapur tohor bila ada ikan.|Kurangi pakan.|Jangan biarkan air parit atau limpasan gambut masuk kolam.",
        "Measure again with another meter or pH paper.|Spread agricultural lime or dolomite little by little, in the morning, at the dose the extension worker gives.|Never use quicklime with fish in the pond.|Feed less.|Keep run-off from peat out of the pond."},
    [TEXT_PH_LOW_NO_LIME_DO] = {"Ukur ulang dengan alat lain atau kertas pH.|Jangan menabur kapur: amonia total tinggi, dan kapur membuatnya beracun.|Hentikan pakan hari ini dan ganti air 20–30% (periksa pH air sumber dulu).|Jangan biarkan air parit atau limpasan gambut masuk kolam.|Hubungi penyuluh {telp}.",
        "Measure again with another meter or pH paper.|Do not lime: total ammonia is high, and lime would make it poisonous.|Stop feeding today and change 20–30% of the water (check the pH of the source first).|Keep run-off from peat out of the pond.|Call the extension worker {telp}."},
    [TEXT_PH_HIGH_TITLE] = {"pH air terlalu tinggi", "Water is too alkaline"},
    [TEXT_PH_HIGH_WHAT] = {"pH {kolam} {ph} pukul {jam}, batas atas {batas}. Biasanya plankton terlalu padat.",
        "pH of {kolam} is {ph} at {jam}; the upper limit is {batas}. Usually too much plankton."},
    [TEXT_PH_HIGH_DO] = {"Ganti air 20–30% (periksa pH air sumber dulu).|Hentikan pupuk dan kapur.|Kurangi pakan.|Malam ini nyalakan kincir: oksigen bisa turun.",
        "Change 20–30% of the water (check the pH of the source first).|Stop fertiliser and lime.|Feed less.|Run the aerator tonight: oxygen may drop."},
    [TEXT_AMMONIA_TITLE] = {"Amonia tinggi, beracun bagi ikan", "Ammonia is poisonous"},
    [TEXT_AMMONIA_WATCH_TITLE] = {"Amonia mulai tinggi", "Ammonia is rising"},
    [TEXT_AMMONIA_WHAT] = {"Amonia bebas {kolam} {nh3} mg/L (diukur {jam}), batas {batas}.",
        "Un-ionised ammonia in {kolam} is {nh3} mg/L (measured at {jam}); the limit is {batas}."},
    [TEXT_AMMONIA_WATCH_DO] = {"Beri pakan setengahnya hari ini.|Jangan menabur kapur: kapur membuat amonia lebih beracun.|Nyalakan kincir.|Ukur lagi besok pagi; bila naik, hentikan pakan dan ganti air 20–30% (periksa pH air sumber dulu).",
                               "Feed half today.|Do not lime: lime makes ammonia more poisonous.|Run the aerator.|Measure again tomorrow morning; if it has risen, stop feeding and change 20–30% of the water (check the pH of the source first)."},
    [TEXT_AMMONIA_DO] = {"Hentikan pakan hari ini.|Ganti air 20–30% (periksa pH air sumber dulu).|Nyalakan kincir.|Jangan menabur kapur: kapur membuat amonia lebih beracun.|Ukur lagi besok pagi.",
        "Stop feeding today.|Change 20–30% of the water (check the pH of the source first).|Run the aerator.|Do not lime: lime makes ammonia more poisonous.|Measure again tomorrow morning."},
    [TEXT_TEMP_HIGH_TITLE] = {"Air terlalu panas", "Water is too warm"},
    [TEXT_TEMP_HIGH_WHAT] = {"Suhu {kolam} {suhu} °C pukul {jam}, batas atas {batas} °C.",
        "{kolam} is at {suhu} °C at {jam}; the upper limit is {batas} °C."},
    [TEXT_TEMP_HIGH_DO] = {"Beri pakan hanya pagi dan sore, jangan siang.|Tambah air supaya kolam lebih dalam (periksa pH air sumber dulu).|Nyalakan kincir siang hari supaya air teraduk.|Jangan menangkap atau memindahkan ikan sekarang.",
        "Feed only in the morning and evening, not at noon.|Add water to make the pond deeper (check the pH of the source first).|Run the aerator at midday to mix the water.|Do not catch or move fish now."},
    [TEXT_TEMP_LOW_TITLE] = {"Air terlalu dingin", "Water is too cold"},
    [TEXT_TEMP_LOW_WHAT] = {"Suhu {kolam} {suhu} °C, batas bawah {batas} °C. Nafsu makan ikan turun.",
        "{kolam} is at {suhu} °C; the lower limit is {batas} °C. Fish eat less."},
    [TEXT_TEMP_LOW_DO] = {"Kurangi pakan setengah sampai suhu naik.|Beri pakan siang hari.|Perhatikan tanda penyakit (luka, jamur).|Tunda tebar benih baru.",
        "Halve the feed until it is warmer.|Feed at midday.|Look for disease (wounds, fungus).|Delay stocking."},
    [TEXT_TURBID_TITLE] = {"Air terlalu keruh", "Water is too turbid"},
    [TEXT_TURBID_WHAT] = {"Kekeruhan {kolam} {ntu} NTU, batas {batas}.",
        "Turbidity of {kolam} is {ntu} NTU; the limit is {batas}."},
    [TEXT_TURBID_DO] = {"Keruh lumpur: tutup dulu saluran air masuk, jangan aduk dasar.|Hijau pekat: kurangi pakan, ganti air 20% (periksa pH air sumber dulu), siapkan kincir malam ini.|Ukur kecerahan dengan piring Secchi.",
        "Muddy: close the inlet for now, do not stir the bottom.|Thick green: feed less, change 20% of the water (check the pH of the source first), prepare the aerator tonight.|Measure transparency with a Secchi disc."},
    [TEXT_NO_DATA_TITLE] = {"Tidak ada data", "No data"},
    [TEXT_NO_DATA_WHAT] = {"{kolam} tidak mengirim data sejak {jam}. Keadaan air tidak diketahui.",
        "{kolam} has sent no data since {jam}. The state of the water is unknown."},
    [TEXT_NO_DATA_NEVER_WHAT] = {"{kolam} tidak mengirim data dalam 7 hari terakhir. Keadaan air tidak diketahui.",
        "{kolam} has sent no data in the last 7 days. The state of the water is unknown."},
    [TEXT_NO_DATA_DO] = {"Lihat ikan langsung sekarang, apalagi malam dan subuh.|Periksa listrik dan lampu alat.|Periksa kabel ke kolam.|Belum menyala juga: hubungi teknisi {teknisi}.",
        "Go and look at the fish now, above all at night and at dawn.|Check the power and the lamp of the device.|Check the cable to the pond.|Still nothing: call the technician {teknisi}."},
    [TEXT_SENSOR_TITLE] = {"Angka sensor meragukan", "Sensor doubtful"},
    [TEXT_SENSOR_WHAT] = {"Sensor {sensor} di {kolam} menunjukkan {nilai} (tidak wajar). Nilai ini tidak dipakai untuk alarm.",
        "Sensor {sensor} in {kolam} shows {nilai} (not plausible). This value is not used for alarms."},
    [TEXT_SENSOR_SILENT_TITLE] = {"Sensor tidak memberi angka", "A sensor gives no value"},
    [TEXT_SENSOR_SILENT_WHAT] = {"Sensor {sensor} di {kolam} tidak memberi angka yang bisa dipakai. Terakhir {jam}.",
        "Sensor {sensor} in {kolam} gives no usable value. Last heard {jam}."},
    [TEXT_SENSOR_DO] = {"Bersihkan ujung sensor dengan air tawar dan kain lembut.|Bandingkan dengan alat ukur tangan.|Kalibrasi bila perlu.|Sampai beres, amati ikan setiap pagi.",
        "Clean the tip with fresh water and a soft cloth.|Compare with a hand meter.|Calibrate if needed.|Until then, watch the fish every morning."},
    [TEXT_SENSOR_SILENT_DO] = {"Periksa kabel dan steker sensor.|Bersihkan ujung sensor dengan air tawar dan kain lembut.|Sampai beres, amati ikan setiap pagi.",
        "Check the cable and plug of the sensor.|Clean the tip with fresh water and a soft cloth.|Until then, watch the fish every morning."},
    [TEXT_SENSOR_BLIND_DO] = {"Lihat ikan langsung sekarang, apalagi malam dan subuh: jika megap-megap, bertindaklah seperti saat oksigen rendah dan hubungi penyuluh {telp}.|Bersihkan ujung sensor dengan air tawar dan kain lembut.|Periksa kabel dan steker sensor.|Bandingkan dengan alat ukur tangan. Sampai beres, lihat ikan setiap malam dan subuh.",
        "Go and look at the fish now, above all at night and at dawn: if they gasp, act as for low oxygen and call the extension worker {telp}.|Clean the tip with fresh water and a soft cloth.|Check the cable and plug of the sensor.|Compare with a hand meter. Until it is mended, look at the fish every night and dawn."},
    [TEXT_CAGE_DANGER_DO] = {"Hentikan pakan.|Pindahkan keramba ke air yang lebih baik bila bisa, atau panen dan jual ikan yang sudah layak.|Jangan tebar benih.|Hubungi penyuluh {telp}.",
        "Stop feeding.|Tow the cage to better water if you can, or harvest and sell fish of market size.|Do not stock.|Call the extension worker {telp}."},
    [TEXT_CAGE_WATCH_DO] = {"Tunda pakan.|Periksa lagi setelah 30 menit.|Tunda tebar benih.|Bila terus memburuk: siapkan pemindahan keramba dan hubungi penyuluh {telp}.",
        "Hold the feed.|Check again in 30 minutes.|Delay stocking.|If it gets worse: get ready to tow the cage and call the extension worker {telp}."},
    [TEXT_CAGE_TEMP_HIGH_DO] = {"Beri pakan hanya pagi dan sore, jangan siang.|Jangan menangkap atau memindahkan ikan sekarang.",
        "Feed only in the morning and evening, not at noon.|Do not catch or move fish now."},
};
/* clang-format on */

const char *text_get(enum lang lang, enum text key)
{
    return TEXT[key][lang];
}

const char *text_lang(enum lang lang)
{
    return lang == LANG_EN ? "en" : "id";
}

/* The value of the placeholder of n bytes at name; NULL when no argument has that name. */
static const char *find(const struct text_arg *args, const char *name, size_t n)
{
    for (; args->name != NULL; args++)
        if (strlen(args->name) == n && memcmp(args->name, name, n) == 0)
            return args->value == NULL ? "" : args->value;
    return NULL;
}

void text_fill(struct buf *b, enum lang lang, enum text key, const struct text_arg *args)
{
    const char *p = TEXT[key][lang], *open, *close;

    while ((open = strchr(p, '{')) != NULL && (close = strchr(open, '}')) != NULL) {
        const char *value = find(args, open + 1, (size_t)(close - open - 1));
        size_t before = (size_t)(open - p);
        if (value != NULL && *value == '\0' && before > 0 && open[-1] == ' ')
            before--;
        buf_add(b, p, before);
        buf_str(b, value == NULL ? DASH : value);
        p = close + 1;
    }
    buf_str(b, p);
}

enum text text_level(enum status_level level)
{
    static const enum text LEVEL[] = {
        [STATUS_OK] = TEXT_LEVEL_OK,
        [STATUS_WATCH] = TEXT_LEVEL_WATCH,
        [STATUS_NO_DATA] = TEXT_LEVEL_NO_DATA,
        [STATUS_DANGER] = TEXT_LEVEL_DANGER,
    };
    return LEVEL[level];
}

enum text text_metric(enum metric metric)
{
    static const struct {
        enum metric metric;
        enum text text;
    } NAME[] = {
        {METRIC_DO_MG_L, TEXT_OXYGEN},
        {METRIC_TEMP_C, TEXT_TEMPERATURE},
        {METRIC_PH, TEXT_ACIDITY},
        {METRIC_NH3_N_MG_L, TEXT_AMMONIA},
        {METRIC_TAN_N_MG_L, TEXT_AMMONIA_TOTAL},
        {METRIC_TURB_NTU, TEXT_TURBIDITY},
    };

    for (size_t i = 0; i < sizeof NAME / sizeof NAME[0]; i++)
        if (NAME[i].metric == metric)
            return NAME[i].text;
    return TEXT_COUNT;
}

/* The steps for a cage in place of those for a pond. */
static enum text cage_steps(const struct pond_status *status, enum text steps)
{
    switch (status->reason) {
    case REASON_DO_CRITICAL:
    case REASON_DO_LOW:
    case REASON_DO_FAST_DROP:
    case REASON_PH_LOW:
    case REASON_PH_HIGH:
    case REASON_AMMONIA_HIGH:
    case REASON_WATER_TURBID:
        return status->level == STATUS_DANGER ? TEXT_CAGE_DANGER_DO : TEXT_CAGE_WATCH_DO;
    case REASON_TEMP_HIGH:
        return TEXT_CAGE_TEMP_HIGH_DO;
    case REASON_ALL_WELL:
    case REASON_TEMP_LOW:
    case REASON_NO_DATA:
    case REASON_SENSOR_SUSPECT:
    case REASON_COUNT:
        break;
    }
    return steps;
}

struct text_advice text_advice_of(const struct pond_status *status, enum pond_system system)
{
    static const struct text_advice ADVICE[REASON_COUNT] = {
        [REASON_ALL_WELL] = {TEXT_WELL_TITLE, TEXT_WELL_WHAT, TEXT_WELL_DO},
        [REASON_DO_CRITICAL] = {TEXT_DO_CRITICAL_TITLE, TEXT_DO_CRITICAL_WHAT, TEXT_DO_CRITICAL_DO},
        [REASON_DO_LOW] = {TEXT_DO_LOW_TITLE, TEXT_DO_LOW_WHAT, TEXT_DO_LOW_DO},
        [REASON_DO_FAST_DROP] = {TEXT_DO_DROP_TITLE, TEXT_DO_DROP_WHAT, TEXT_DO_DROP_DO},
        [REASON_PH_LOW] = {TEXT_PH_LOW_TITLE, TEXT_PH_LOW_WHAT, TEXT_PH_LOW_DO},
        [REASON_PH_HIGH] = {TEXT_PH_HIGH_TITLE, TEXT_PH_HIGH_WHAT, TEXT_PH_HIGH_DO},
        [REASON_AMMONIA_HIGH] = {TEXT_AMMONIA_TITLE, TEXT_AMMONIA_WHAT, TEXT_AMMONIA_DO},
        [REASON_TEMP_HIGH] = {TEXT_TEMP_HIGH_TITLE, TEXT_TEMP_HIGH_WHAT, TEXT_TEMP_HIGH_DO},
        [REASON_TEMP_LOW] = {TEXT_TEMP_LOW_TITLE, TEXT_TEMP_LOW_WHAT, TEXT_TEMP_LOW_DO},
        [REASON_WATER_TURBID] = {TEXT_TURBID_TITLE, TEXT_TURBID_WHAT, TEXT_TURBID_DO},
        [REASON_NO_DATA] = {TEXT_NO_DATA_TITLE, TEXT_NO_DATA_WHAT, TEXT_NO_DATA_DO},
        [REASON_SENSOR_SUSPECT] = {TEXT_SENSOR_TITLE, TEXT_SENSOR_WHAT, TEXT_SENSOR_DO},
    };
    struct text_advice a = ADVICE[status->reason];

    if (status->reason == REASON_AMMONIA_HIGH && status->level == STATUS_WATCH)
        a = (struct text_advice){TEXT_AMMONIA_WATCH_TITLE, TEXT_AMMONIA_WHAT,
                                 TEXT_AMMONIA_WATCH_DO};
    if (status->reason == REASON_PH_LOW && status->no_lime)
        a.steps = TEXT_PH_LOW_NO_LIME_DO;
    if (status->reason == REASON_NO_DATA && status->ts_ms == 0)
        a.what = TEXT_NO_DATA_NEVER_WHAT;
    if (status->reason == REASON_SENSOR_SUSPECT && isnan(status->value))
        a = (struct text_advice){TEXT_SENSOR_SILENT_TITLE, TEXT_SENSOR_SILENT_WHAT,
                                 TEXT_SENSOR_SILENT_DO};
    if (status->reason == REASON_SENSOR_SUSPECT && status->level == STATUS_NO_DATA)
        a.steps = TEXT_SENSOR_BLIND_DO; /* nobody knows the oxygen: the fish go before the probe */
    if (system == POND_SYSTEM_CAGE)
        a.steps = cage_steps(status, a.steps);
    return a;
}
