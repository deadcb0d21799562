"""The picture: everything lies inside it, goes down in order, and tells each row once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from idp_sim.explain.diagram import CHARACTER, draw, wrapped
from idp_sim.explain.view import Row
from idp_sim.services.traces import Party, PartyKind

PARTIES = (
    Party(name="ana@fabrikam.example", kind=PartyKind.PERSON),
    Party(name="Portal", kind=PartyKind.APPLICATION),
    Party(name="Contoso", kind=PartyKind.TENANT, color="#0b6a0b"),
    Party(name="Fabrikam", kind=PartyKind.TENANT),
)
indices = st.integers(0, len(PARTIES) - 1)
texts = st.text(alphabet="abc →_", min_size=1, max_size=60)


@st.composite
def stories(draw_: st.DrawFn) -> tuple[Row, ...]:
    steps = draw_(st.lists(st.tuples(indices, indices, texts), max_size=25))
    return tuple(
        Row(
            number=number,
            kind="rule" if sender == receiver else "message",
            sender=PARTIES[sender],
            receiver=PARTIES[receiver],
            title=text,
            text=text,
            word=text,
            channel="" if sender == receiver else "through the browser",
        )
        for number, (sender, receiver, text) in enumerate(steps, start=1)
    )


@given(stories())
def test_every_row_is_drawn_once_inside_the_picture_and_in_order(rows: tuple[Row, ...]) -> None:
    drawing = draw(rows, PARTIES)
    drawn = [(arrow.y, arrow.number) for arrow in drawing.arrows]
    drawn += [(entry.y, entry.number) for box in drawing.boxes for entry in box.entries]
    assert [number for _, number in sorted(drawn)] == [row.number for row in rows]
    assert all(0 < y < drawing.height for y, _ in drawn)
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.x + box.width <= drawing.width
        assert box.y + box.height < drawing.height
    assert all(0 < lane.x < drawing.width for lane in drawing.lanes)


def test_an_arrow_points_to_its_receiver() -> None:
    row = Row(number=1, kind="message", sender=PARTIES[3], receiver=PARTIES[2], title="t", text="")
    arrow = draw([row], PARTIES).arrows[0]
    assert arrow.end < arrow.start
    tip, *back = (float(point.split(",")[0]) for point in arrow.head.split())
    assert all(x > tip for x in back)


@given(st.text(alphabet="abcdefg @.", max_size=120), st.floats(60, 400))
def test_wrapped_text_fits(text: str, width: float) -> None:
    assert all(len(line) * CHARACTER <= width + CHARACTER for line in wrapped(text, width))
