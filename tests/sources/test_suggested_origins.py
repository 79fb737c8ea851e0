"""Whom a page names as knowing, and whose words stand in its marks, in the languages that are read."""

import pytest

from apps.sources.names import fold
from apps.sources.suggesting.origins import origins_of, speaker_beside
from tests.sources.test_agencies import KNOWN


def origins(text, *parties):
    """The names that are offered of a text, on a desk that has these parties."""
    return [origin.name for origin in origins_of(text, KNOWN, lambda names: {fold(one): one for one in parties})]


def speaker(text, said):
    return speaker_beside(text, text.index(said), text.index(said) + len(said), KNOWN)


class TestWhoSpeaks:
    @pytest.mark.parametrize(
        ("text", "said", "name"),
        [
            ("“The well is dry,” harbour master Ada Quist told AFP on the quay.", "well is dry", "Ada Quist"),
            ("“The well is dry,” Ada Quist, the harbour master, told Reuters.", "well is dry", "Ada Quist"),
            ("“The well is dry,” said harbour master Ada Quist, of the port.", "well is dry", "Ada Quist"),
            ("Speaking to Reuters, Quist said: “The well is dry.”", "well is dry", "Quist"),
            ("“The well is dry,” she told AFP.", "well is dry", ""),
            ("“The well is dry,” she said in an interview with the Associated Press.", "well is dry", ""),
            ("« Le puits est à sec », a déclaré à l’AFP Maude Lerin, une voisine.", "puits est", "Maude Lerin"),
            ("« Le puits est à sec », a dit mardi à Reuters la maire, Maude Lerin.", "puits est", "Maude Lerin"),
            ("«El pozo está seco», dijo a EFE la alcaldesa Rosa Ibarra.", "pozo está", "Rosa Ibarra"),
            ("«El pozo está seco», declaró el jefe de Bomberos Luis Mora.", "pozo está", "Luis Mora"),
            ("“Il pozzo è secco”, ha detto all’ANSA il sindaco Pia Renzi.", "pozzo è", "Pia Renzi"),
            ("„Der Brunnen ist leer“, sagte Jana Ott der Deutschen Presse-Agentur.", "Brunnen ist", "Jana Ott"),
            ("„Der Brunnen ist leer“, sagte die Sprecherin Jana Ott der dpa.", "Brunnen ist", "Sprecherin Jana Ott"),
            ("«Колодец пуст», — заявил ТАСС глава района Олег Зимин.", "Колодец пуст", "Олег Зимин"),
            ("«Колодец пуст», — сказал представитель МЧС Олег Зимин.", "Колодец пуст", "Олег Зимин"),
            # Whoever is named within the words, or in the sentence before, hasn't said them.
            ("“The well is dry, Minister Bo Lind said so,” Ada Quist said.", "well is dry", "Ada Quist"),
            ("“It rains,” Bo Lind said. “The well is dry,” Ada Quist said.", "well is dry", "Ada Quist"),
            ("“It rains,” Bo Lind said. “The well is dry.”", "well is dry", "Bo Lind"),
            ("Bo Lind said so.\n“The well is dry.”", "well is dry", ""),
            ("“The well is dry,” the US Central Command said.", "well is dry", "US Central Command"),
        ],
    )
    def test_it_is_never_whoever_was_told(self, text, said, name):
        assert speaker(text, said) == name

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("Maude Lerin, une voisine, l’a confié à l’AFP. Rien de plus.", ["AFP"]),
            ("Le puits est à sec, a déclaré à l’AFP Maude Lerin.", ["AFP"]),
            ("Lo dijo a EFE Rosa Ibarra.", ["EFE"]),
        ],
    )
    def test_who_was_told_is_where_the_page_has_it_from(self, text, told):
        assert origins(text) == told


class TestCaveats:
    @pytest.mark.parametrize(
        "text",
        [
            "The video, which Reuters said it was unable to verify, was shown again.",
            "AFP said it could not immediately verify the footage.",
            "AP has reported that it has not been able to confirm the toll.",
            "Reuters said on Monday that it could not verify the footage.",
            "The footage could not be independently verified, Reuters said.",
            "Reuters said late on Monday the footage could not be verified.",
            "Reuters said the footage could not be independently verified.",
            "Reuters a indiqué mardi qu’elle n’avait pas pu vérifier ces images.",
            "Reuters a indiqué ne pas être en mesure de confirmer ce bilan.",
            "Informó la agencia EFE que no pudo verificar las imágenes.",
            "ANSA ha riferito di non aver potuto verificare il video.",
            "Reuters berichtete am Montag, die Aufnahmen nicht unabhängig überprüfen zu können.",
            "Reuters сообщило, что не смогло проверить подлинность видео.",
            "연합뉴스는 이 영상을 확인할 수 없었다고 보도했다.",
            "ロイターは映像の内容を確認できていないと報じた。",
            "据路透社报道，该视频无法独立核实。",
        ],
    )
    def test_what_an_agency_says_that_it_could_not_verify_is_not_from_it(self, text):
        assert origins(text) == []

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Reuters said two ships had sunk. Reuters said it could not verify the toll.", ["Reuters"]),
            ("The Harbour Police said it could not confirm the toll, but that two ships had sunk.", ["Harbour Police"]),
            ("A fisherman told AFP that nobody could verify the toll.", ["AFP"]),
            ("AFP said rebels could not hold the town.", ["AFP"]),
            ("EFE informó que el alcalde no pudo confirmar nada.", ["EFE"]),
            ("Reuters berichtete, der Minister habe das nicht bestätigt.", ["Reuters"]),
            ("Selon l’AFP, qui n’a pas pu vérifier ces images, il y a eu un mort.", ["AFP"]),
            ("According to Reuters, which could not verify the footage, two ships had sunk.", ["Reuters"]),
            ("Reuters confirmed the toll, which police could not verify at first.", ["Reuters"]),
        ],
    )
    def test_what_else_it_says_is(self, text, found):
        assert origins(text) == found


class TestTimesAndPlaces:
    def test_as_agencies_write_it(self):
        text = (
            "South Korea's Sea Rescue Service (SRS) on Monday said two boats were found. The South's Joint Chiefs of Pilots "
            "(JCP) on Tuesday estimated that a third was lost."
        )
        assert origins(text) == ["SRS", "JCP"]

    @pytest.mark.parametrize(
        "between",
        [
            "on Monday",
            "late Tuesday",
            "on Friday evening",
            "earlier this week",
            "in a statement",
            "in a short statement on Sunday",
            "in Gdansk",
            "in Gdansk on Monday",
            "on Jan. 9",
            "on 9 January 2025",
            ", the country's oldest,",
            "also",
            "has since yesterday",
        ],
    )
    def test_they_may_stand_between_the_name_and_what_it_says(self, between):
        gap = between if between.startswith(",") else f" {between}"
        wanted = [] if between.startswith("has since") else ["SRS"]
        assert origins(f"The Sea Rescue Service (SRS){gap} said two boats were found.") == wanted

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("The Sea Rescue Service Monday said two boats were found.", ["Sea Rescue Service"]),
            ("Le Service de Sauvetage (SNS) a annoncé lundi avoir trouvé un bateau.", ["SNS"]),
            ("Le Service de Sauvetage (SNS), lundi à Brest, a annoncé une découverte.", ["SNS"]),
            ("El Servicio de Rescate (SDR) informó el lunes de un hallazgo.", ["SDR"]),
            ("Así lo informó el lunes el Servicio de Rescate.", ["Servicio de Rescate"]),
            ("Il Servizio di Soccorso (SDS) ieri ha annunciato un ritrovamento.", ["SDS"]),
            ("Das teilte am Montag das Bundesamt für Seeschifffahrt mit.", ["Bundesamt für Seeschifffahrt"]),
            ("Das Bundesamt für Seeschifffahrt (BSH) meldete am Montag einen Fund.", ["BSH"]),
            ("Об этом сообщило в понедельник Минобороны.", ["Минобороны"]),
            ("Минобороны в понедельник сообщило о находке.", ["Минобороны"]),
            ("据韩联社周一报道，一艘船被找到。", ["Yonhap"]),
            # Who is named before a place that is only the place says nothing.
            ("Boats left for the Sea Rescue Service. In Gdansk nobody said so.", []),
        ],
    )
    def test_they_do_so_in_every_language_that_is_read(self, text, found):
        assert origins(text) == found


class TestCountries:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("The US Supreme Court said no.", ["US Supreme Court"]),
            ("The U.S. Supreme Court said no.", ["US Supreme Court"]),
            ("The United States Supreme Court said no.", ["US Supreme Court"]),
            ("The UK Supreme Court said no.", ["UK Supreme Court"]),
            ("A day later in Boston the US Supreme Court said no.", ["US Supreme Court"]),
            ("According to the United Nations Mine Action Service, it is safe.", ["UN Mine Action Service"]),
            ("The E.U. Commission on Monday said no.", ["EU Commission"]),
            ("Kenya’s Supreme Court said no.", ["Kenya’s Supreme Court"]),
            ("The US said no. The UN said yes. The United Nations said nothing.", []),
            ("The US Mine Survey said so. Later the USMS said more. The USMS warned.", ["USMS"]),
            ("The US Mine Survey said so. Later the USFS said more.", ["US Mine Survey", "USFS"]),
        ],
    )
    def test_a_body_keeps_its_country_however_that_is_written(self, text, found):
        assert origins(text) == found
