"""Words of daily talk, Indonesian and Sundanese, that must not be taken for a place.

Some are names of villages too (Tengah, Pasir, Datar, Cinta); others lie one slip of a finger from one ("daftar" from Datar,
"tetangga" from Turangga). Such a word is a place only where the message says so ("desa Datar"), and a misspelt name is
never sought in it.
"""

STOP = frozenset(
    """
    di ka ke ti dari dr the teh téh mah atuh yang yg nu anu dan jeung sareng dgn dengan atau atawa atanapi untuk utk buat
    kanggo keur pikeun ini itu ieu eta éta sana sini dieu ditu situ saya sy aku gue gw kami kita kuring abdi urang uing aing
    kamu anda dia mereka manehna anjeun bapak bpk pak bapa ibu bu kak kakak min admin mimin mang kang teteh akang neng a
    ada tidak tdk ga gak nggak ngga gk engga enggak teu henteu moal belum blm acan tos geus atos sudah sdh udah udh lagi lg
    deui keneh kenapa naon naha apa bagaimana gimana kumaha kapan iraha siapa saha mana berapa sabaraha mohon tolong tlg
    punten maaf hapunten halo hallo assalamualaikum wr wb ya iya enya muhun leres oke ok juga oge ogé pun deh sih dong kok nih tuh
    si pada dina kana tina oleh ku karena soalna sebab margi kalau kalo mun lamun upami jika bila akan bade badé rek mau
    hoyong hayang ingin pengen bisa tiasa bs harus kedah kudu jangan ulah saja aja wae we we' ge banget pisan sangat sekali
    lebih terlalu rt rw no nomor nomer blok jam tgl tanggal kode pos
    """.split()
)
"""Grammar: never part of a name on its own, and where a name ends."""

_NAMES = """
    amis asem badak bakom balong batok beber benda beringin bintara biru bodas
    bogo boros bojong bongkok braga bringin bubulak budur bugis bulak bunder bunter buntu buyut cageur celak cemara cempaka
    bahara cogreg curug dadap dago dano dawuan dayeuh deudeul dirgahayu drajat dukuh duren
    ender gadog gamel gandu gantar garuda gebang gembor gempol genteng gobang gombong ginanjar
    haruman ilir isola jabong jagara jambe jambu jangga jati jelat kadu kagok kahuripan
    kamal kampungsawah kananga kancana kanoman karamat karedok kareo kaso kasturi kasmaran kebulen kecapi kedaung
    kediri kemang kemiri kenanga kencana kendal kepuh keraton kesambi kiara kompa koranji kotabaru
    krasak kujang kulur kuripan kuta lame laksana ligung limpas linggar loa
    loyang lumpang malabar malaka malati mampang mandala mandiri maniis
    maroko masawah mayang mekar menteng mundu mustika nangka nunuk ender
    pajajaran pakuan pagelaran pamekaran pamulihan panembahan parakan parentas
    parigi pasawahan patrol payung pegagan penpen perwira peundeuy pilang
    pinara pungkur puntang puspa putat puteran rabak raharja rancah rangdu sadang
    sagara salam salem sanca sanding sanja santing santosa sayati seda sedari segaran segong sekar sembada
    sempur sendang serang setia siluman simpar sindang singkir singkup sirna situ soklat
    songgom subur sudi sukarela sukra sulaiman sunia surade surian tajur
    tangkil tanjung tawang tegal teja teladan tembong tenjo tersana
    tipar titisan toblong tuk turi ubrug ungkal urug
    wadas waluya wano waringin waru winong
    mulya mulia sari asih resmi sugih tirta
    setiawan kurnia pelita gemah ripah kamboja teratai dahlia sakura anugerah
    ciela cigadog kaliki kalong karang kalijaga pedes mande ambit ancol anjun arjuna
    astana babakan babatan baginda baok kalimati nambo naluk mindi melong mirat wiyong
    pasirbiru purwa sugema sultan sutra tirtayasa wargi
    siak maros lebak landak toba bima muna solok bangli agam berau poso alor sikka
"""
"""Names of villages and districts that are words, plants, people or virtues first."""

_TALK = """
    memang serta serupa seru serba bener tepat kalian barusan dibangun dibilang seorang senang asik asyik udang bebek matang patung angka
    tenda karet kayak lilin kambing mangga bohong tebal tampak sunda istana kira cadangan gancang budak unggal hideung beureum langkung
    parantos uninga wilujeng damel ampir kaliwat payun sepuh resik enteng huntu lantaran solat sholat pemandangan pamandangan kulawarga
    pelajaran keamanan pembayaran pamayaran peralatan jabatan tambahan pasaran karangan timbangan kunjungan pengunjung saling sekalian
    sedangkan bunda singkong singkat tempe kecap bubur sempurna standar coklat cokelat sembarang pedas gerbang wawancara bandara
    sagala sadaya beuki matak bogoh kempel karasa sapertos sampurna nembe hayu tangtu sorangan pamajikan salaki dulur sobat bonteng
    jengkol kembung kesel nabrak sesat godok kalawan kalayan kadatangan katerangan pamingpin palajar pagawean patarosan pamohonan
    sempat peuting kadaek patuangan layak mangkok makanan setengah satengah kalangan pasangan keranjang karanjang comberan comeran
    sadayana palayanan padesaan pedesaan perkotaan kebonna panon manggihan manis tarangan meja saji bambu sarang rangkaian bulanan
    harian tahunan mingguan tulangna arurang imahna budakna nungguan ngantosan diantos ngadamel tumaros ditaroskeun poek garing walungan
    tangkal hateup tukangeun runtah liang leungit rarusak kiruh gandeng kebul treuk reungit barudak jajaka mojang aki nini ua bibi mamang
    emang paman bude pakde cucu menantu mantu besan ipar sepupu keponakan balita bocah remaja dewasa manula jompo dhuafa
    pasar tengah pasir muka sawah rawa kota barat timur utara selatan kulon wetan kaler kidul girang hilir tonggoh landeuh puncak pondok
    taman tanah pangkalan simpang simpangan tanjakan gunung sumur sumber susukan solokan kubang lumbung gudang gardu terusan muara
    bendungan bendung benteng telaga talaga empang tambak pulo pulau datar legok parapatan barisan sayang suka maju jaya indah asri damai
    harapan cahaya karya bakti budi bina bangun makmur sejahtera lestari permata pasar pejuang tugu sawit kelapa kalapa kembang melati
    mawar anggrek petir larangan panjang tempel tempuran timbang putri putra raja raden cinta bahagia rahayu merdeka mampir muncul utama
    tunggal pekan padang malang batu pati buru lahat metro bone baru suci kawitan langut licin pacing condong mantri lurah wates pajagan
    sirap kota getasan
    abis ada adalah adik admin agak agama agar ahli air ajar aju akhir akibat akses aksi akta aktif akun alami alasan alat
    alhamdulillah aman ambil ambulan ambulans anak anaking ancam aneh angin anggota angkat angkot antar antara antri antrian
    anjing anyar aparat api aplikasi apotek arah arisan asal asap aspal atap atas atur awal awas ayah ayam ayeuna ayo
    babi baca badan bagian bagi bagja bagus bahan bahasa bahaya baik bakar baku balai balas balik ban bandel bangku bangku
    bangunan banjir bank bansos bantu bantuan bantos banyak barang baru basa basah bareng batal batas batuk bau bawa bawah bayar
    bayi beban bebas beberapa becek beda beban begal begitu bekas beking belajar belakang belanja beli beling belok benar
    benda bengkel bentar berat beras beres berhenti berita berobat berkas besar besok betul biasa biaya bidan bidang bikin
    bilang bocor bolak boleh bolong bongkar bos buang buat buah buka bukan bukti bulan buleud bumi bunga bunuh buntut buruk
    buruh butuh caah cabang cabut cacat cahya cair calo camat capai cape capek cara cari catat cek cepat cerita cetak cicing
    cicilan cilaka coba cocok cuaca cuci cukup cuma curah curang curiga daek daerah daftar dagang daging dahar dalam damang
    dampak dana danau dapat dapur dasar data datang daun daya dekat demam demi denda dengar depan derajat deras desa diam
    didik dikit dinas dingin dinten disabilitas diskon dokter dompet dosa dua duduk duit dulu dunia dusun edan efek eling
    elpiji emas emosi empat enak enam enjing enyaan erek faktur fasilitas fisik foto gadis gagal gaji gajih galian gambar
    gampang gampil gandeng ganggu ganti gapura garis gatal gawe gawat gede gedung gelap gempa genap generasi genangan gentos
    geulis gila gizi golongan gorong gotong gula guna guntur guru habis hadir hak hakim halaman halte hama hamil hampir handap
    hancur hangat hantar hanya hapus harga hari harta hasil hati hatur haur hebat helm heran henti hese hewan hidup hijau hilang
    hirup hitam hitung honor hujan hukum huma hutan ibadah ibukota ijazah ijin ikan iklan ikut ilang ilmu imah indit infak
    info informasi inget instansi insya internet ipar isi istri isuk isukan isu itung izin jaga jaga-jaga jahat jajan jaksa jalan
    jalma jalmi jalur jamban jaminan janda jangka janji jarak jarang jaringan jasa jatah jatuh jauh jawab jebol jelas jelek
    jembatan jemput jenis jero jual juara jujur jumat jumlah juragan juru kabar kabeh kabel kabupaten kaca kacamatan kadang kader
    kadieu kaki kalah kali kamar kamari kampung kanan kandang kantor kapal kapan kaping karcis kartu karyawan kasar kasih kasihan
    kasus kata kawan kawin kaya kayu keadaan kebakaran kebon kebun kecamatan kecelakaan kecewa kecil kecuali kedah kejadian
    kelas keliling kelompok keluar keluarga keluhan kelurahan kemarau kemarin kembali kena kenal kendala kendaraan kepala kerja
    keras kering kertas keruh kesehatan keur kerusakan ketemu ketua khusus kilat kilo kirim kiriman klinik kolam kompor kondisi
    konsultasi kontrak kontrakan koperasi korban korupsi kosong kotor kuat kuliah kulit kumpul kunci kuning kurang kuota kursi
    kusam laci ladang lahan lahir lain laku lalu lama lamat lambat lampu lanjut lansia lantai lapangan lapar lapis lapor laporan
    laporkeun larang lari laut lawan layan layanan lebar lebat lebah lemari lembar lembaga lembur lempar lengkap lereng letih
    lewat libur liar limbah lihat lima limit lingkungan listrik lokasi lompat longsor losmen luar lubang luka lumpur lumayan
    lunas lupa lurus macet maen makan makam makasih maksud malam malas maling mandi mantap manusia masak masalah masih masjid
    masuk masyarakat mata mati mawa mayat melahirkan meja melulu menang mendung meninggal menit merah mertua mesin
    minggu minta minum mirah miring miskin mobil modal modar motor muda mudah mudik mulai muntah murah murid musim musola
    mushola musuh nagih nakal nama nambah nanti nangis napas naros nasabah nasi nasib negara negeri nelayan nenek ngaji
    nganggur ngantri ngobrol ngurus nikah nilai nuhun numpang nyata nyeri obat ojek olah ombak omong ongkos operasi orang
    organisasi otak pabrik pacar padahal pagar pagi paham pahit pajak paket pakai palang paling palsu panas pangan panggil panen
    pangkat panitia pantai papan parah parkir parit partai pasang pasti pasien patok patrol patugas paving payah pecah pedagang
    pegawai pejabat pekerja pelajar pelaku pelan pelanggan pelayanan pelosok pemerintah pemuda pemukiman pencuri pengaduan
    pengangguran penerangan penghasilan pengungsi penting penuh penyakit perahu perangkat perbaikan perempuan pergi perihal
    perkara perlu perumahan perusahaan pesan pesta peta petani petugas pikir pilih pindah pinggir pinjam pintu pipa pisah plang
    polisi polusi pohon poho posko posyandu potong prihatin program proyek puas puasa pulang pulsa punya puskesmas pusat pusing
    putih putus rada ragu rakyat ramai rambut rame rantai rapat rapi rasa rata ratus rawan rawat remaja rencana rendah resah resep
    resiko retak ribu ribut rokok rombongan rubuh rugi ruko rumah rumit runtuh rusak rusuh rute sabar sabtu sabun sahabat sakit
    sakola saksi salah salat saldo saluran sama sambil sampah sampai sampeu samping sandal sanksi sapi saran sareng sarana sarat
    sarjana satu saudara sayur sebar sebelah sebelum sebentar sedih sedikit segera sehat sejak sekarang sekolah sekolahan
    selalu selamat selasa selesai selokan semalam sembako sembuh semoga semua sendiri sengaja senin sepatu sepeda sepi seperti
    septic serangan serius sering sertifikat sesak setan setelah setiap setor sewa siang siap siapa sibuk sidang sikap silahkan
    silakan simpan sinyal sisa siswa sopir soal sore sonten stop suami suara suasana subsidi sudut suhu sungai supaya
    supir surat survei susah susu syarat tabung tabungan tadi tagih tagihan tahan tahu tahun takut taksi taman tambah tambang
    tampang tandur tanda tangan tangga tani tanggap tanggul tanggung tanggungan tani tanpa tanya tarif tarik tatangga taun teh telat
    teman telepon teknis tembok tempat tembus tempo tempuh tengah tentang terang terima terus tetangga tetap tiang tiba tidur tiga
    tiket tinggal tinggi tipu tiris titip toko tolak topi total trotoar tua tuang tugas tukang tulang tulis tulung tumbang
    tumbuh tumpah tumpuk tunggu tunggak tunai turun tutup uang ujian ukur ular umum umur undang undangan untung upah upacara
    upaya urus urusan usaha usia usul utang wabah wajah wajib waktos waktu walikota wanci wanita warga warung wayah wilayah
    wisata yakin yatim zakat zaman
    bpjs ktp kk nik akte skck sim stnk pdam pln umkm pkh bpnt blt dtks kip kis puskesmas rsud polsek polres dishub dinsos disdik
    dukcapil disduk capil satpol damkar bpbd wifi hp wa online offline error login server sinetron konten video live chat akun
    tepung terigu minyak gas galon telur cabe bawang kangkung seblak bakso mie kopi rokok gorengan angkringan jualan lapak
    bagus jelek mantul keren kocak lucu wkwk haha hehe anjir gajelas baper galau mager bucin santuy gabut healing pacaran
    paling banding ditanya kampus dosen kelas lomba juara piala liga gol persib persija bola
    teladan lambang kalimat kaset kasar karung kerang kurang karena lantas lancar langsung pancing pantes pangeran mancing
    kantong gantung gandum padang pedang sedang sedeng gading garing daring luring lereng larang bareng saring sarung
    burung gunung untung hidung hitung kandung kampus tarung jagung kacang kacung ladang tulang telang selang
    datang petang batang hutang lubang bujang ranjang telanjang panjang tanjak rancak cantik cicil citra citraan
"""

LED = frozenset(_NAMES.split()) - frozenset(_TALK.split()) - STOP
"""Of these the ones that are a place after "di", "ka" or "ti": rarely anything else stands there."""
EVERYDAY = STOP | frozenset(_NAMES.split()) | frozenset(_TALK.split())
