"""Words for bad news: ready at the desk, in the citizen's language, put into the field to be changed and never sent by themselves."""

from bot.models import Role
from tests.desk import seed
from tests.desk.conftest import Enter


async def test_an_officer_takes_ready_words_in_the_citizens_language(db, enter: Enter) -> None:
    visitor = await enter(Role.OFFICER)
    case = await seed.case(db, language="su")
    assert (await visitor.post(f"{case.url}/ambil"))[0] == 303
    _, text = await visitor.get(case.url)
    assert "Kalimat penghiburan" in text
    assert '?kalimat=duka#teks">Ada yang meninggal</a>' in text
    assert "></textarea>" in text
    _, text = await visitor.get(f"{case.url}?kalimat=duka")
    field = text.partition('id="teks"')[2].partition("</textarea>")[0]
    assert "bélasungkawa" in field
    _, text = await visitor.get(f"{case.url}?kalimat=%3Cscript%3E")
    assert "<script>" not in text.partition('id="teks"')[2].partition("</textarea>")[0]
    _, text = await visitor.get(f"{case.url}?bahasa=id")  # whoever writes in another language than the file says
    assert '<dd lang="id">' in text and '<dd lang="su">' not in text and "kalimat=duka&amp;bahasa=id#teks" in text
    _, text = await visitor.get(f"{case.url}?kalimat=duka&bahasa=id")
    assert "turut berduka" in text.partition('id="teks"')[2].partition("</textarea>")[0]
    assert '<dd lang="su">' in (await visitor.get(f"{case.url}?bahasa=xx"))[1]
