"""One step of a conversation: (flows, session, said, facts) -> (session, effects). Pure; never raises, never forgets to answer.

Silence has three reasons only: `Wait` (more lines may come), a line of a burst (or the rest of an album) that was kept for the
officer, and a `quiet` for which nothing waits any more.
"""

from bot.engine import between, commands, inquiry, tongue, walk
from bot.engine.effects import Effect, Facts, Link, Said, Say
from bot.engine.flow import Flows
from bot.engine.match import normalise
from bot.engine.nodes import STAY, AskText, Next, Node, Question
from bot.engine.reports import AskMedia
from bot.engine.turn import Turn
from bot.triage.identity import mask

MISSES = 2
"""So many misunderstandings in a row, and a human is offered."""
WORTH_KEEPING = 3
"""Words from which an answer that chose nothing is a report rather than a misspelt button."""


def step(
    flows: Flows, session: dict[str, object] | None, said: Said, facts: Facts, seen: set[str] | None = None
) -> tuple[dict[str, object] | None, list[Effect]]:
    """`seen`: takes the steps that were come to."""
    turn = Turn(flows, session, said, facts)
    if seen is not None:
        turn.seen = seen
    node = turn.node
    tongue.follow(turn)
    if said.kind == "quiet":
        if node is None or turn.moved:
            return (session if session else None), []
        if not isinstance(node, AskText) or not turn.lines:
            return session, []
        walk.move(turn, node.settle(turn))
    elif said.kind == "result":
        if node is None or not turn.pending or turn.pending != said.token:
            return session, []
        turn.pending = ""
        walk.move(turn, node.told(turn, said.result))
    elif said.kind in ("time", "event"):
        found = node.happened(turn, said.choice) if node is not None and not turn.pending else None
        if found is None:
            return session, []
        walk.move(turn, found)
    elif said.kind in ("remind", "expire"):
        if node is None or not node.asks:
            return session, []
        if said.kind == "remind":
            turn.say(node.bubble(turn), turn.text("reminded"))
        else:
            turn.say(Say(turn.text("expired")))
            turn.over = True
    elif said.kind == "begin" and said.choice in flows.first:
        walk.run(turn, flows.first[said.choice])
    elif node is None or not (node.asks or node.waits):
        begin(turn)
    elif turn.moved:
        walk.move(turn, settle_in(turn, node))
    else:
        walk.move(turn, hear(turn, node))
    return turn.close()


def settle_in(turn: Turn, node: Node) -> Next:
    """The question that was answered is gone: the words are kept, and the one before it is asked again."""
    plain = normalise(turn.said.text) if not turn.said.choice else ""
    command = turn.flows.lexicon.command(plain) if plain else None
    if command in ("officer", "cancel", "menu", "language"):
        return commands.obey(turn, node, command)
    turn.keep(turn.piece())
    turn.say(node.bubble(turn), turn.text("moved"))
    return STAY


def hear(turn: Turn, node: Node) -> Next:
    """What an answer leads to."""
    said = turn.said
    if said.choice:
        return press(turn, node)
    plain = normalise(said.text) if said.text else ""
    inner = turn.flows.nodes.get(turn.resume) if node.id == turn.flows.offer else None
    if inner is not None and inner.first:  # who was offered a human has found the answer meanwhile
        found = inner.hear(turn, plain)
        if found is not None:
            turn.node, turn.resume = inner, ""
            return found
    found = node.hear(turn, plain) if node.first else None
    if found is None and plain and not said.attachments and said.location is None:
        found = understand(turn, node, plain)
    if found is not None:
        return found
    if plain and not said.attachments and (found := inquiry.aside(turn, node)) is not None:
        return found
    found = node.hear(turn, plain)
    if found is None and turn.voice and not said.quick:
        found = node.voiced(turn)
    if found is None and node.id == turn.flows.start and tongue.greeted(turn):
        turn.keep(turn.piece())  # a sentence answers which language it is in
        return node.next
    if found is None and plain:
        found = commands.meant(turn, node)
    if found is not None:
        return found
    return missed(turn, node, plain)


def understand(turn: Turn, node: Node, plain: str) -> Next:
    """Choices and global words: first spelt right, then misspelt."""
    question = asker(node)
    table = question.answers(turn) if question else None
    key = table.find(plain) if table else None
    if key is not None:
        return node.press(turn, key)
    if tongue.named(turn, node, plain):
        turn.say(node.bubble(turn))
        return STAY
    command = turn.flows.lexicon.command(plain)
    if command is None and len(plain) <= 48:  # rapidfuzz only for what could be a word or a label
        key = table.guess(plain) if table else None
        if key is not None:
            return node.press(turn, key)
        command = turn.flows.lexicon.command_like(plain)
    return commands.obey(turn, node, command) if command else None


def asker(node: Node) -> Question | None:
    if isinstance(node, Question):
        return node
    return node.skip if isinstance(node, AskMedia) else None


def press(turn: Turn, node: Node) -> Next:
    """A button. Its id is checked against where the conversation is: an old one is answered kindly and changes nothing."""
    question = asker(node)
    where, _, key = turn.said.choice.rpartition("/")
    if question and where == node.id and question.stands(turn, key):
        return node.press(turn, key)
    if turn.lines and isinstance(node, AskText):
        return commands.wait_on(turn, node)
    turn.say(node.bubble(turn), turn.text("stale"))
    return STAY


def missed(turn: Turn, node: Node, plain: str) -> Next:
    """Nothing matched. What was written or sent is kept; twice in a row offers a human, and failing there gives one."""
    said = turn.said
    piece = mask(turn.piece()) if node.sealed else turn.piece()
    if (said.quick or said.album) and piece and isinstance(node, Question):
        turn.keep(piece)
        return STAY
    wordy = plain.count(" ") + 1 >= WORTH_KEEPING
    voice = turn.voice
    sent = bool(piece) and (bool(said.attachments) or said.location is not None)
    question = between.asks(said.text, plain)
    if wordy or voice or question or said.location is not None or (sent and plain):
        turn.keep(piece)
    if sent and not voice:
        turn.say(node.bubble(turn), turn.text("files_kept"))
        return STAY
    turn.misses += 1
    if turn.misses >= MISSES:
        turn.misses = 0
        if node.id == turn.flows.offer:
            return turn.flows.officer
        return commands.aside(turn, node, turn.flows.offer)
    reply = (
        "voice_kept"
        if voice
        else "unsupported"
        if not said.text.strip()
        else "question_kept"
        if question
        else "kept"
        if wordy
        else "missed"
    )
    wrong = node.correction(turn)
    if reply == "missed" and node.id == turn.flows.offer:  # its own text says so already
        turn.say(node.bubble(turn))
    elif wrong:
        turn.say(node.bubble(turn), f"{turn.text('kept')} {wrong}" if wordy or question else wrong)
    else:
        turn.say(node.bubble(turn), turn.text(reply))
    return STAY


def begin(turn: Turn) -> None:
    """First contact, or the first words after a flow is over."""
    flows, said = turn.flows, turn.said
    if (turn.expired or turn.moved) and turn.facts.language:
        turn.say(Say(turn.text("expired" if turn.expired else "moved")))
    if said.choice:
        return begin_by_button(turn)
    plain = normalise(said.text) if said.text else ""
    command = None
    if plain and not said.attachments:
        command = flows.lexicon.command(plain) or (flows.lexicon.command_like(plain) if len(plain) <= 48 else None)
    if plain and turn.facts.language and tongue.named(turn, None, plain):
        return walk.run(turn, flows.start)
    if command == "officer":
        return walk.run(turn, flows.officer)
    if command == "language" and turn.facts.language:
        return walk.run(turn, flows.language)
    if command == "privacy" and turn.facts.language:
        return walk.run(turn, commands.privacy(turn) or "")
    if command == "link":
        turn.effects.append(Link())
        turn.over = True
        return None
    if command == "thanks" and turn.facts.language:
        turn.say(Say(turn.text("thanked")))
        turn.over = True
        return None
    if plain and not turn.facts.language and turn.facts.heard not in flows.languages and inquiry.numbers(turn, None):
        return walk.run(turn, flows.start)  # before anything is asked, the language too
    piece = turn.piece() if command in (None, "privacy") else ""
    if piece and flows.lexicon.number(plain) is None:
        turn.keep(piece)
        if turn.facts.language and (plain.count(" ") + 1 >= WORTH_KEEPING or plain != normalise(piece)):
            turn.note = "kept"
    return walk.run(turn, flows.start)


def begin_by_button(turn: Turn) -> None:
    """A button between flows: one of the main menu works (it stands in the chat for good), any other has passed."""
    flows = turn.flows
    where, _, key = turn.said.choice.rpartition("/")
    home = flows.nodes[flows.home]
    if where == home.id and turn.facts.language and isinstance(home, Question) and key in home.options:
        turn.node = home
        return walk.move(turn, home.press(turn, key))
    turn.note = "stale" if turn.facts.language else ""
    return walk.run(turn, flows.start)
