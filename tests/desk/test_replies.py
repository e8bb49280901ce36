"""Ready replies at the desk: chosen in the citizen's language, filled in, counted when sent, kept by leads, and never sent by themselves."""

from aiohttp import FormData

from bot.models import Message, Role
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor

YAML = """replies:
  minta-foto:
    title: Minta foto
    id: "Halo {nama}, mohon foto untuk {nomor}. {instansi}"
    su: "Sampurasun {nama}, nyuhunkeun foto kanggo {nomor}."
  jahat:
    title: <script>alert(1)</script>
    id: </textarea><script>alert(2)</script>
"""


async def brings(who: Visitor, text: str) -> tuple[int, str]:
    form = FormData()
    form.add_field("berkas", text.encode(), filename="balasan.yaml", content_type="application/yaml")
    url = f"/desk/balasan/impor?csrf={who.csrf_token()}"
    async with who.client.post(url, data=form, headers=who.origin, allow_redirects=False) as answer:
        return answer.status, await answer.text()


def field(text: str) -> str:
    return text.partition('id="teks"')[2].partition(">")[2].partition("</textarea>")[0]


async def test_from_a_file_to_the_citizen(db, enter: Enter) -> None:
    lead, officer = await enter(Role.LEAD, "Dedi Supriadi"), await enter(Role.OFFICER)
    assert (await brings(lead, "replies: [1"))[0] == (await brings(lead, YAML.replace("{nomor}", "{number}")))[0] == 422
    assert "minta-foto" not in (await lead.get("/desk/balasan"))[1], "nothing of a broken file stays"
    assert (await brings(lead, YAML))[0] == 303
    assert "<script>alert" not in (await lead.get("/desk/balasan"))[1]
    assert (
        'su: "Sampurasun' in YAML
        and "Sampurasun {nama}, nyuhunkeun" in (await lead.get("/desk/balasan/balasan.yaml"))[1]
    )

    case = await seed.case(db, "Euis Komariah", language="su")
    assert "balasan.minta-foto" not in (await officer.get(case.url))[1], "only who holds the case writes"
    await officer.post(f"{case.url}/ambil")
    _, text = await officer.get(case.url)
    assert '<option value="balasan.minta-foto">Minta foto</option>' in text and field(text) == ""
    assert '<option value="hibur.duka">Ada yang meninggal</option>' in text
    _, text = await officer.get(f"{case.url}?balasan=balasan.minta-foto")
    assert field(text) == f"Sampurasun Euis Komariah, nyuhunkeun foto kanggo {case.number}."
    assert 'id="balasan-dipakai" value="balasan.minta-foto"' in text
    assert "bélasungkawa" in field((await officer.get(f"{case.url}?balasan=hibur.duka"))[1])
    assert "<script>" not in field((await officer.get(f"{case.url}?balasan=balasan.jahat"))[1])
    _, text = await officer.get(f"{case.url}?bahasa=id")  # whoever writes in another language than the ticket says
    assert 'name="bahasa" value="id"' in text and "?bahasa=su#balasan-siap" in text
    assert "turut berduka" in field((await officer.get(f"{case.url}?balasan=hibur.duka&bahasa=id"))[1])
    assert "bélasungkawa" in field((await officer.get(f"{case.url}?balasan=hibur.duka&bahasa=xx"))[1])
    assert field((await officer.get(f"{case.url}?balasan=balasan.tidak-ada"))[1]) == ""
    assert await seed.count(db, Message, author="officer") == 0, "choosing sends nothing"

    _, text = await officer.get(f"{case.url}/balasan?q=foto")
    assert "Minta foto" in text and "duka" not in text and "<html" not in text
    assert "Tidak ada balasan" in (await officer.get(f"{case.url}/balasan?q=zzz"))[1]
    for key, ready in (
        ("kunci00000001", "balasan.minta-foto"),
        ("kunci00000002", "hibur.duka"),
        ("kunci00000003", "balasan.ngarang"),
    ):
        assert (await officer.post(f"{case.url}/tulis", teks="Mangga", kunci=key, balasan=ready))[0] == 303
    _, text = await lead.get("/desk/balasan")
    assert text.count("Dipakai 1×") == 2
    assert (await officer.get(f"{case.url}/balasan?q="))[1].index("Minta foto") < 400, "what is used most stands first"


async def test_leads_keep_them_one_by_one_and_what_was_typed_stays(db, enter: Enter) -> None:
    lead = await enter(Role.LEAD, "Dedi Supriadi")
    status, text = await lead.post(
        "/desk/balasan", slug="terima", title="Terima kasih", id="Terima kasih {siapa}", su=""
    )
    assert status == 422 and "{siapa} tidak dikenal" in text and "Terima kasih {siapa}</textarea>" in text
    for words in ("Terima kasih", "Hatur nuhun"):
        assert (await lead.post("/desk/balasan", slug="terima", title="Terima kasih", id=words, su=""))[0] == 303
    assert "Hatur nuhun</textarea>" in (await lead.get("/desk/balasan?ubah=terima"))[1]
    assert (await lead.post("/desk/balasan/terima/hapus"))[0] == 303 and (
        await lead.post("/desk/balasan/terima/hapus")
    )[0] == 404


async def test_an_entry_that_the_citizen_asks_for_is_suggested_with_its_source_and_last_day(db, enter: Enter) -> None:
    officer = await enter(Role.OFFICER)
    case = await seed.case(db, words=(("citizen", "Bagaimana cara daftar bansos?"),), topic="bansos")
    await officer.post(f"{case.url}/ambil")
    _, text = await officer.get(case.url)
    assert (
        "Saran dari pengetahuan" in text
        and "balasan=info.daftar-bansos" in text
        and "berlaku sampai" in text
        and "Sumber" in text
    )
    assert "desa atau kelurahan" in field((await officer.get(f"{case.url}?balasan=info.daftar-bansos"))[1])
    other = await seed.case(db, "Asep", (("citizen", "Jalan berlubang di depan sekolah"),))
    await officer.post(f"{other.url}/ambil")
    assert "Saran dari pengetahuan" not in (await officer.get(other.url))[1]
