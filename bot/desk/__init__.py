"""The officers' desk under /desk: an application of its own, so that its checks cost the webhooks nothing."""

import asyncio
from collections import OrderedDict
from pathlib import Path

import jinja2
from aiohttp import web

from bot.desk import (
    account,
    actions,
    agencies,
    alarms,
    approved,
    browse,
    bulk,
    cases,
    composing,
    contents,
    deadlines,
    dispatch,
    door,
    enter,
    faults,
    files,
    flows,
    guard,
    handover,
    incidents,
    install,
    instructions,
    lessons,
    likely,
    lists,
    live,
    load,
    marks,
    numbers,
    officer,
    officers,
    pass_on,
    people,
    practice,
    quarantine,
    rehearsal,
    replies,
    reveal,
    reviews,
    rota,
    seek,
    send,
    server,
    settings,
    show,
    speech,
    wall,
    way,
)  # fmt: skip
from bot.desk.assets import Assets
from bot.desk.context import Pages
from bot.desk.guard import Route
from bot.desk.keys import ASSETS, DRAFTS, LOOKED, NUMBERS, PASSWORDS, RULED, SHARED, STOPPING, TEMPLATES, WALL
from bot.desk.officers import first_link
from bot.desk.passwords import Passwords
from bot.desk.shared import Shared
from bot.policy import moment
from bot.policy.access import Verb
from bot.web import pages

__all__ = ["ROUTES", "first_link", "setup"]


async def static(request: web.Request) -> web.Response:
    """A name that carries its content's hash never changes: browsers may keep it for a year."""
    asset = request.config_dict[ASSETS].files.get(request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound()
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if packed:
        headers["Content-Encoding"] = "gzip"
    return web.Response(
        body=asset.packed if packed else asset.plain, content_type=asset.type, charset="utf-8", headers=headers
    )


ROUTES = (
    Route("GET", "", lists.desk_page, Verb.SEE),
    Route("GET", "/", lists.home, Verb.SEE),
    Route("GET", "/tiket/{number}", cases.case_page, Verb.SEE),
    Route("GET", "/tiket/{number}/berkas/{ref}", files.open_file, Verb.SEE),
    Route("GET", "/tiket/{number}/asli/{ref}", files.open_original, Verb.EVIDENCE),
    Route("GET", "/media/{ref}/{form}", files.give_file, Verb.SEE),
    Route("GET", "/peristiwa", live.stream, Verb.SEE),
    Route("GET", "/cari", seek.search_page, Verb.SEE),
    Route("GET", "/daftar", browse.list_page, Verb.SEE),
    Route("POST", "/daftar/tampilan", browse.keep, Verb.SEE),
    Route("POST", "/daftar/tampilan/{id}/hapus", browse.drop, Verb.SEE),
    Route("POST", "/massal", bulk.begin, Verb.BULK),
    Route("GET", "/massal", bulk.recent, Verb.BULK),
    Route("GET", "/massal/{id}", bulk.shown, Verb.BULK),
    Route("POST", "/massal/{id}/batal", bulk.undo, Verb.BULK),
    Route("GET", "/catat", enter.form, Verb.ENTER_CASE),
    Route("POST", "/catat", enter.write, Verb.ENTER_CASE),
    Route("POST", "/berikutnya", actions.take_next, Verb.CLAIM),
    Route("POST", "/tiket/{number}/ambil", actions.take, Verb.CLAIM),
    Route("POST", "/tiket/{number}/tulis", actions.write, Verb.REPLY),
    Route("GET", "/tiket/{number}/siapa", composing.who, Verb.SEE),
    Route("POST", "/tiket/{number}/draf", composing.save, Verb.NOTE),
    Route("GET", "/rekan", composing.colleagues, Verb.NOTE),
    Route("POST", "/tiket/{number}/kirim", send.send_file, Verb.REPLY, most=send.FORM),
    Route("POST", "/tiket/{number}/pesan/{seq}/jawab", send.answer, Verb.REPLY),
    Route("POST", "/tiket/{number}/pesan/{seq}/reaksi", send.sign, Verb.REPLY),
    Route("POST", "/tiket/{number}/pesan/{seq}/ubah", send.change, Verb.REPLY),
    Route("POST", "/tiket/{number}/templat", actions.template, Verb.TEMPLATE),
    Route("POST", "/tiket/{number}/selesai", actions.finish, Verb.RESOLVE),
    Route("POST", "/tiket/{number}/kembalikan", actions.give_back, Verb.HAND_BACK),
    Route("GET", "/tiket/{number}/serahkan", pass_on.form, Verb.HAND_BACK),
    Route("POST", "/tiket/{number}/serahkan", pass_on.give, Verb.HAND_BACK),
    Route("POST", "/tiket/{number}/urgensi", actions.urgency, Verb.URGENCY),
    Route("POST", "/tiket/{number}/topik", actions.topic, Verb.TOPIC),
    Route("GET", "/tiket/{number}/balasan", replies.picker, Verb.REPLY),
    Route("GET", "/balasan", replies.listed, Verb.SEE),
    Route("POST", "/balasan", replies.save, Verb.REPLIES),
    Route("GET", "/balasan/balasan.yaml", replies.export, Verb.REPLIES),
    Route("POST", "/balasan/impor", replies.bring, Verb.REPLIES),
    Route("POST", "/balasan/{name}/hapus", replies.drop, Verb.REPLIES),
    Route("GET", "/alarm", alarms.alarms_page, Verb.SEE),
    Route("GET", "/alarm/panel", alarms.panel, Verb.SEE),
    Route("POST", "/alarm/latihan", alarms.begin_drill, Verb.DRILL),
    Route("POST", "/alarm/{ref}/terima", alarms.take_up, Verb.ACKNOWLEDGE),
    Route("POST", "/tugas", alarms.shift, Verb.SELF),
    Route("POST", "/hadir", load.presence, Verb.SELF),
    Route("POST", "/kabar", load.read, Verb.SELF),
    Route("GET", "/jadwal", rota.rota_page, Verb.SHIFT),
    Route("POST", "/jadwal/buat", rota.make, Verb.ROTA),
    Route("POST", "/jadwal/tambah", rota.add, Verb.ROTA),
    Route("POST", "/jadwal/{id}/hapus", rota.remove, Verb.ROTA),
    Route("POST", "/jadwal/{id}/sakit", rota.sick, Verb.SHIFT),
    Route("POST", "/jadwal/{id}/tukar", rota.ask_swap, Verb.SHIFT),
    Route("POST", "/jadwal/tukar/{id}", rota.answer_swap, Verb.SHIFT),
    Route("POST", "/jadwal/tukar/{id}/lihat", rota.saw_swap, Verb.ROTA),
    Route("GET", "/serah-terima", handover.sheets, Verb.SHIFT),
    Route("POST", "/serah-terima/catatan", handover.write, Verb.SHIFT),
    Route("POST", "/serah-terima/{id}/terima", handover.accept, Verb.SHIFT),
    Route("GET", "/beban", load.load, Verb.SHIFT),
    Route("POST", "/beban/{id}/bicara", load.talked, Verb.ROTA),
    Route("GET", "/saya", alarms.myself, Verb.SELF),
    Route("POST", "/saya", alarms.set_myself, Verb.SELF),
    Route("POST", "/perangkat", install.subscribe, Verb.SELF),
    Route("POST", "/perangkat/hapus", install.unsubscribe, Verb.SELF),
    Route("GET", "/latihan", practice.practice_page, Verb.SELF),
    Route("POST", "/latihan", practice.begin, Verb.SELF),
    Route("POST", "/latihan/warga", practice.somebody, Verb.SELF),
    Route("POST", "/latihan/selesai", practice.end, Verb.SELF),
    Route("POST", "/tiket/{number}/tampilkan", reveal.reveal, Verb.REVEAL),
    Route("POST", "/tiket/{number}/gabungkan", people.join, Verb.MERGE),
    Route("POST", "/tiket/{number}/pisahkan", people.part, Verb.MERGE),
    Route("GET", "/pengungkapan", reveal.disclosures, Verb.AUDIT),
    Route("GET", "/karantina", quarantine.listed, Verb.HOLD),
    Route("POST", "/karantina/{ref}/tahan", quarantine.hold, Verb.HOLD),
    Route("POST", "/karantina/{ref}/lepas", quarantine.lift, Verb.HOLD),
    Route("POST", "/tiket/{number}/satukan", likely.unite, Verb.UNITE),
    Route("POST", "/tiket/{number}/pecah", likely.divide, Verb.UNITE),
    Route("POST", "/tiket/{number}/bedakan", likely.differ, Verb.UNITE),
    Route("GET", "/kejadian", incidents.listed, Verb.SEE),
    Route("POST", "/kejadian", incidents.declare, Verb.INCIDENT),
    Route("POST", "/kejadian/{ref}/akhiri", incidents.end, Verb.INCIDENT),
    Route("GET", "/triase", lessons.lessons, Verb.TEACH),
    Route("POST", "/triase/putuskan", lessons.decide, Verb.TEACH),
    Route("GET", "/angka", numbers.numbers_page, Verb.REPORT),
    Route("GET", "/angka/tiket.csv", numbers.export, Verb.REPORT),
    Route("GET", "/angka/tiket.xlsx", numbers.export_xlsx, Verb.REPORT),
    Route("GET", "/angka/tiket.parquet", numbers.export_parquet, Verb.REPORT),
    Route("GET", "/dinding", wall.wall_page, Verb.WALL),
    Route("GET", "/dinding/tabel.csv", wall.table_csv, Verb.REPORT),
    Route("GET", "/dinding/tabel.xlsx", wall.table_xlsx, Verb.REPORT),
    Route("GET", "/tinjauan", reviews.listed, Verb.REVIEW),
    Route("POST", "/tinjauan/{ref}", reviews.settle, Verb.REVIEW),
    Route("POST", "/angka/kunci", numbers.key, Verb.REPORT),
    Route("GET", "/tenggat", deadlines.deadlines_page, Verb.SEE),
    Route("POST", "/tenggat/dibaca", deadlines.read, Verb.SELF),
    Route("GET", "/alur", flows.listed, Verb.FLOWS),
    Route("POST", "/alur/terbitkan", flows.publish, Verb.FLOWS),
    Route("POST", "/alur/buang", flows.discard, Verb.FLOWS),
    Route("POST", "/alur/kembali", flows.go_back, Verb.FLOWS),
    Route("GET", "/alur/{name}", flows.one, Verb.FLOWS),
    Route("POST", "/alur/{name}", flows.save, Verb.FLOWS),
    Route("POST", "/alur/{name}/periksa", flows.look_at, Verb.FLOWS),
    Route("GET", "/alur/{name}/coba", rehearsal.rehearse, Verb.FLOWS),
    Route("POST", "/alur/{name}/coba", rehearsal.rehearse, Verb.FLOWS),
    Route("GET", "/isi", contents.files_page, Verb.FLOWS),
    Route("GET", "/isi/wargi-isi.zip", contents.take_away, Verb.FLOWS),
    Route("POST", "/isi/pratinjau", contents.preview, Verb.FLOWS, most=contents.FORM),
    Route("POST", "/isi/terbitkan", contents.bring_in, Verb.FLOWS),
    Route("GET", "/pengaturan", settings.overview, Verb.SETTINGS),
    Route("GET", "/pengaturan/server", server.server_page, Verb.SETTINGS),
    Route("POST", "/pengaturan/server", server.check, Verb.SETTINGS),
    Route("GET", "/pengaturan/poster", server.poster, Verb.SETTINGS),
    Route("POST", "/pengaturan/jam/libur", settings.holiday, Verb.SETTINGS),
    Route("GET", "/pengaturan/{name}", settings.one, Verb.SETTINGS),
    Route("POST", "/pengaturan/{name}", settings.save, Verb.SETTINGS),
    Route("POST", "/pengaturan/{name}/periksa", settings.look_at, Verb.SETTINGS),
    Route("GET", "/templat", approved.templates_page, Verb.TEMPLATES),
    Route("GET", "/petugas", officers.officers, Verb.PEOPLE),
    Route("POST", "/petugas/undang", officers.invite, Verb.PEOPLE),
    Route("GET", "/petugas/{id}", officer.one, Verb.PEOPLE),
    Route("POST", "/petugas/{id}/data", officer.change, Verb.PEOPLE),
    Route("POST", "/petugas/{id}/sandi", officer.new_password, Verb.PEOPLE),
    Route("POST", "/petugas/{id}/buka", officer.unlock, Verb.PEOPLE),
    Route("POST", "/petugas/{id}/aktif", officers.set_active, Verb.PEOPLE),
    Route("POST", "/petugas/{id}/keluarkan", account.sign_out_everywhere, Verb.PEOPLE),
    Route("POST", "/petugas/{id}/peran", account.set_role, Verb.PEOPLE),
    Route("POST", "/tiket/{number}/langkah/{langkah}", dispatch.act, Verb.DISPATCH),
    Route("GET", "/instansi", agencies.overview, Verb.AGENCIES),
    Route("GET", "/instansi/macet", agencies.stuck, Verb.AGENCIES),
    Route("POST", "/instansi/macet/{ref}", agencies.resend, Verb.RESEND),
    Route("GET", "/instansi/lapor.csv", agencies.export, Verb.INSTRUCT),
    Route("GET", "/instruksi", instructions.listed, Verb.AGENCIES),
    Route("POST", "/instruksi", instructions.begin, Verb.INSTRUCT),
    Route("GET", "/instruksi/{id}", instructions.one, Verb.AGENCIES),
    Route("POST", "/instruksi/{id}", instructions.change, Verb.INSTRUCT),
    Route("GET", "/dinas", agencies.work, Verb.WORK),
    Route("GET", "/dinas/tiket/{number}", agencies.ticket, Verb.WORK),
    Route("GET", "/dinas/tiket/{number}/berkas/{ref}", agencies.file, Verb.WORK),
    Route("POST", "/dinas/tiket/{number}/{act}", agencies.act, Verb.WORK),
    Route("GET", "/masuk", door.sign_in_page, Verb.ENTER),
    Route("POST", "/masuk", door.sign_in, Verb.ENTER),
    Route("POST", "/masuk/kode", door.second_step, Verb.ENTER),
    Route("GET", "/akun", account.account, Verb.ACCOUNT),
    Route("POST", "/akun/sesi", account.end_sessions, Verb.ACCOUNT),
    Route("POST", "/akun/sandi", account.password, Verb.ACCOUNT),
    Route("POST", "/akun/bahasa", account.language, Verb.ACCOUNT),
    Route("POST", "/akun/kunci", account.factor, Verb.ACCOUNT),
    Route("POST", "/keluar", door.sign_out, Verb.LEAVE),
    Route("GET", "/undangan/{token}", door.invitation, Verb.ENTER),
    Route("POST", "/undangan/{token}", door.accept, Verb.ENTER),
    Route("GET", "/manifest.webmanifest", install.manifest, Verb.ENTER),
    Route("GET", "/sw.js", install.worker, Verb.ENTER),
    Route("GET", "/luring", install.offline, Verb.ENTER),
    Route("GET", "/static/{name:.+}", static, Verb.ENTER),
)
"""Every door of the desk and who may use it. A page is one row here, one handler, one template."""


def setup(app: web.Application) -> None:
    """Adds the desk to the server. Config, database, hints, flows and catalogues are read from `app` when a page needs them."""
    desk = web.Application(middlewares=[guard.errors])
    desk[ASSETS], desk[PASSWORDS], desk[STOPPING] = Assets(), Passwords(), asyncio.Event()
    desk[DRAFTS], desk[LOOKED], desk[WALL], desk[SHARED] = {}, OrderedDict(), [], Shared()
    desk[NUMBERS], desk[RULED] = {}, {}
    _templates(desk)
    for route in ROUTES:
        desk.router.add_route(route.method, route.path, guard.guarded(route))
    desk.on_response_prepare.append(guard.headers)
    desk.on_shutdown.append(_hang_up)
    desk.on_cleanup.append(_close)
    app.add_subapp("/desk", desk)


def _templates(desk: web.Application) -> None:
    environment = desk[TEMPLATES] = Pages(
        loader=jinja2.FileSystemLoader(
            [Path(__file__).parent / "templates", Path(pages.__file__).parent / "templates"]
        ),
        autoescape=True,
        finalize=show.finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # else each part of each page looks at its file's time first
    )
    environment.globals |= {
        "_": speech.tr, "static": desk[ASSETS].url, "show": show, "marks": marks, "files": files, "way": way, "faults": faults,
        "deadlines": deadlines, "icon": desk[ASSETS].icon,
    }  # fmt: skip
    environment.filters |= {
        "visible": show.visible, "one_line": show.one_line, "private": show.private, "full": moment.full,
    }  # fmt: skip
    environment.fixed = {"static": desk[ASSETS].url, "icon": desk[ASSETS].icon}


async def _hang_up(desk: web.Application) -> None:
    desk[STOPPING].set()


async def _close(desk: web.Application) -> None:
    desk[PASSWORDS].close()
    await desk[SHARED].close()
