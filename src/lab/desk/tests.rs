//! The desk under a clock of the test's own.

use super::*;
use crate::lab::{Happened, exercises};

/// A desk with a clock that goes on by a little whenever it is looked at.
struct Room {
    desk: Desk,
    now: f64,
    asked: u32,
    views: Vec<View>,
    answers: Vec<(RequestId, Result<Answer, Refusal>)>,
}

impl Room {
    fn new() -> Self {
        Self {
            desk: Desk::default(),
            now: 0.0,
            asked: 0,
            views: Vec::new(),
            answers: Vec::new(),
        }
    }

    fn order(&mut self, order: Order) -> RequestId {
        self.asked += 1;
        let id = RequestId(self.asked);
        self.desk.receive(ToLab { id, order }, self.now);
        self.hear();
        id
    }

    fn hear(&mut self) {
        for message in self.desk.take(self.now) {
            match message {
                FromLab::Done { id, outcome } => self.answers.push((id, outcome)),
                FromLab::View(view) => self.views.push(view),
            }
        }
    }

    /// One part of the work, and a rest.
    fn work(&mut self) {
        let now = &mut self.now;
        self.desk.work(&mut || {
            *now += 0.01;
            *now
        });
        self.now += 4.0;
        self.hear();
    }

    fn finish(&mut self) {
        while self.desk.is_going() {
            self.work();
        }
    }

    fn answer(&self, id: RequestId) -> &Result<Answer, Refusal> {
        let mut own = self.answers.iter().filter(|(other, _)| *other == id);
        let answer = own.next().expect("the order is answered");
        assert_eq!(own.count(), 0, "once");
        &answer.1
    }

    fn ask(&mut self, order: Order) -> Result<Answer, Refusal> {
        let plays = matches!(order, Order::Play { .. });
        let id = self.order(order);
        if !plays {
            self.finish();
        }
        self.answer(id).clone()
    }

    fn state(&mut self, order: Order) -> State {
        match self.ask(order) {
            Ok(Answer::State(state)) => state,
            other => panic!("expected a state, found {other:?}"),
        }
    }

    fn open(&mut self, name: &str) {
        let outcome = self.ask(Order::Exercise(name.to_owned()));
        assert!(matches!(outcome, Ok(Answer::Opened(_))), "{outcome:?}");
    }
}

fn act(text: &str) -> Order {
    Order::Act(text.to_owned())
}

#[test]
fn time_that_goes_in_parts_gives_the_digest_of_time_that_goes_at_once() {
    for name in ["fork", "double-spend", "turns"] {
        let exercise = exercises::find(name).unwrap().unwrap();
        let mut whole = Lab::open(exercise.scenario).unwrap();
        whole.seek(60_000).unwrap();
        let mut room = Room::new();
        room.open(name);
        room.order(Order::Play {
            speed: Some(SPEEDS.1),
            until: None,
        });
        for _ in 0..40 {
            room.work();
        }
        let state = room.state(Order::Seek(60_000));
        assert_eq!(state.digest, whole.digest().to_string(), "{name}");
        assert_eq!(state.time, 60_000);
    }
}

#[test]
fn time_goes_on_to_the_moment_that_was_named_and_no_further() {
    let mut room = Room::new();
    room.open("fork");
    for at in [12_345, 200_000] {
        let until = Some(Until::Time(at));
        let speed = Some(SPEEDS.1);
        room.order(Order::Play { speed, until });
        room.finish();
        let clock = &room.views.last().unwrap().clock;
        // The second one is far behind the end of the scenario, where time would stop by itself.
        assert_eq!((clock.time, clock.stop), (at, Some(Stop::Reached)));
    }
}

#[test]
fn time_goes_as_fast_as_it_is_told_and_stops_when_it_is_told() {
    let mut room = Room::new();
    room.open("fork");
    room.order(Order::Play {
        speed: Some(200),
        until: None,
    });
    let begun = room.now;
    while room.now - begun < 500.0 {
        room.work();
    }
    let state = room.state(Order::Pause);
    assert!((900..=1_010).contains(&state.time), "{}", state.time);
    assert!(!state.playing && !room.desk.is_going());
    let at = state.time;
    room.work();
    assert_eq!(room.state(Order::State).time, at);
}

#[test]
fn whoever_hears_that_time_stands_still_sees_it() {
    let mut room = Room::new();
    room.open("fork");
    for playing in [true, false, true, false] {
        room.state(if playing {
            Order::Play {
                speed: None,
                until: None,
            }
        } else {
            Order::Pause
        });
        assert_eq!(room.views.last().unwrap().clock.playing, playing);
    }
}

#[test]
fn a_new_way_answers_the_order_of_the_one_before() {
    let mut room = Room::new();
    room.open("fork");
    let far = room.order(Order::Seek(300_000));
    let near = room.order(Order::Seek(1_000));
    assert!(matches!(room.answer(far), Ok(Answer::State(_))));
    room.finish();
    let Ok(Answer::State(state)) = room.answer(near) else {
        panic!("expected a state");
    };
    assert_eq!(state.time, 1_000);
}

#[test]
fn what_is_refused_leaves_what_is_open_as_it_is() {
    let mut room = Room::new();
    let closed = room.ask(Order::Pause).unwrap_err();
    assert_eq!(closed.code(), "lab_closed");
    room.open("double-spend");
    let before = room.state(Order::Seek(5_000));
    let wrong = [
        (
            Order::Open("{\"version\":1".to_owned()),
            "lab_scenario",
            "line 1, column 12",
        ),
        (
            Order::Open("{\"version\":9}".to_owned()),
            "lab_scenario",
            "expected 1, found 9",
        ),
        (
            Order::Open(String::new()),
            "lab_scenario",
            "line 1, column 0",
        ),
        (
            Order::Open("x".repeat(300_000)),
            "lab_scenario",
            "found 300000",
        ),
        (
            Order::Exercise("nothing".to_owned()),
            "lab_exercise",
            "\"nothing\"",
        ),
        (act("{\"explode\":{}}"), "lab_action", "explode"),
        (
            act("{\"kill\":{\"node\":\"pow-9\"}}"),
            "lab_action",
            "pow-9",
        ),
        (act("{\"drop\":{\"frame\":999999}}"), "lab_action", "999999"),
        (Order::Seek(99_999_999), "lab_time", "found 99999999"),
        (
            Order::Return {
                to: crate::lab::MAX_LENGTH + 1,
                after: 1,
            },
            "lab_time",
            "found 7200001",
        ),
        (Order::Switch("other".to_owned()), "lab_time", "\"other\""),
    ];
    for (order, code, part) in wrong {
        let said = format!("{order:.80?}");
        let error = room.ask(order).unwrap_err();
        assert_eq!(error.code(), code, "{said}: {error}");
        assert!(error.to_string().contains(part), "{said}: {error}");
    }
    assert_eq!(room.state(Order::State), before);
}

#[test]
fn acting_in_the_past_begins_a_branch_and_the_old_future_stays() {
    let mut room = Room::new();
    room.open("double-spend");
    let old = room.state(Order::Seek(60_000));
    room.state(Order::Seek(15_000));
    let parted = room.state(act("{\"partition\":{\"side\":[\"pow-2\"]}}"));
    assert_eq!(
        (parted.branch.as_str(), parted.branches.len()),
        ("branch-1", 2)
    );
    let new = room.state(Order::Seek(60_000));
    assert_ne!(new.digest, old.digest);
    let Ok(Answer::Comparison(compared)) = room.ask(Order::Compare {
        one: "main".to_owned(),
        other: "branch-1".to_owned(),
        at: 60_000,
    }) else {
        panic!("expected a comparison");
    };
    assert_eq!(
        (&compared[0].digest, &compared[1].digest),
        (&old.digest, &new.digest)
    );
    assert_eq!(
        room.state(Order::Switch("main".to_owned())).digest,
        old.digest
    );
}

#[test]
fn what_was_done_by_hand_is_saved_and_stands_at_the_same_digest() {
    let mut room = Room::new();
    room.open("fork");
    room.state(Order::Seek(4_000));
    room.state(Order::Step(Until::Message));
    room.state(act(
        "{\"rule\":{\"name\":\"h\",\"filter\":{\"kind\":\"BLOCK_FOUND\"},\"effect\":\"hold\"}}",
    ));
    room.state(Order::Step(Until::Block));
    room.state(act("{\"release_all\":{}}"));
    let there = room.state(Order::Seek(40_000));
    let Ok(Answer::Text(text)) = room.ask(Order::Export) else {
        panic!("expected a text");
    };
    let mut other = Room::new();
    assert!(matches!(
        other.ask(Order::Open(text)),
        Ok(Answer::Opened(_))
    ));
    assert_eq!(other.state(Order::Seek(40_000)).digest, there.digest);
}

#[test]
fn a_frame_is_looked_at_held_changed_and_refused_by_its_receiver() {
    let mut room = Room::new();
    room.open("changed-byte");
    room.state(Order::Step(Until::Block));
    let Ok(Answer::Frames(frames)) = room.ask(Order::Frames) else {
        panic!("expected frames");
    };
    let frame = frames
        .iter()
        .find(|frame| frame.kind == "BLOCK_FOUND")
        .unwrap();
    assert!(
        frame
            .fields
            .iter()
            .any(|field| field.name == "nonce" && field.open)
    );
    room.state(Order::Look(Some(frame.id)));
    room.state(act(&format!("{{\"hold\":{{\"frame\":{}}}}}", frame.id)));
    let edit = format!(
        "{{\"edit\":{{\"frame\":{},\"change\":{{\"field\":{{\"name\":\"nonce\",\"value\":\"7\"}}}}}}}}",
        frame.id
    );
    room.state(act(&edit));
    room.now += VIEWS_APART_MS;
    room.hear();
    let looked = room.views.last().unwrap().looked.clone().unwrap();
    assert!(looked.held);
    assert!(
        looked
            .fields
            .iter()
            .any(|field| field.name == "nonce" && field.value == "7")
    );
    room.state(act(&format!("{{\"release\":{{\"frame\":{}}}}}", frame.id)));
    room.state(Order::Step(Until::Refusal));
    room.now += VIEWS_APART_MS;
    room.hear();
    let heard = room.views.iter().flat_map(|view| &view.news);
    let refused = heard
        .filter(|one| matches!(one.what, Happened::Node { .. }) && one.text.contains("signature"));
    assert!(refused.count() > 0);
}

#[test]
fn views_are_apart_and_say_only_what_changed() {
    let mut room = Room::new();
    room.open("fork");
    room.order(Order::Play {
        speed: Some(1_000),
        until: None,
    });
    let (begun, before) = (room.now, room.views.len());
    while room.now - begun < 1_000.0 {
        room.work();
    }
    let views = &room.views[before..];
    assert!(
        (15..=20).contains(&views.len()),
        "{} views a second",
        views.len()
    );
    assert!(
        views
            .iter()
            .skip(1)
            .all(|view| view.links.is_none() && !view.fresh)
    );
    let told: usize = room.views.iter().map(|view| view.news.len()).sum();
    assert_eq!(number(told), room.desk.lab().unwrap().happened());
}

#[test]
fn the_nodes_report_the_last_moment_to_whoever_watches_and_to_nobody_else() {
    let mut room = Room::new();
    room.open("fork");
    room.ask(Order::Seek(10_000)).unwrap();
    assert!(room.views.iter().all(|view| view.reports.is_none()));
    room.ask(Order::Watch(true)).unwrap();
    let first = room.views.last().unwrap();
    assert!(first.fresh && first.blocks.is_some() && first.links.is_some());
    let reports = first.reports.as_ref().unwrap();
    assert_eq!(reports.len(), first.nodes.len());
    room.ask(Order::Seek(20_000)).unwrap();
    for _ in 0..50 {
        room.work();
    }
    let last = room
        .views
        .iter()
        .rev()
        .find_map(|view| view.reports.as_ref());
    let nodes = &room.views.last().unwrap().nodes;
    let heads = last.unwrap().iter().map(|report| &report.status.head);
    assert!(heads.eq(nodes.iter().map(|node| &node.head)));
    assert!(
        !room.desk.is_stale(),
        "nothing is sent while nothing changes"
    );
}

#[test]
fn a_transaction_that_a_node_refuses_is_no_action() {
    let mut room = Room::new();
    room.open("fork");
    room.ask(Order::Seek(10_000)).unwrap();
    let before = room.state(Order::State).digest;
    let request = Request::Submit { raw: vec![1, 2, 3] };
    let node = room.views.last().unwrap().nodes[0].name.clone();
    assert!(room.ask(Order::Ask { node, request }).is_err());
    assert_eq!(room.state(Order::State).digest, before);
    let nobody = Order::Ask {
        node: "nobody".to_owned(),
        request: Request::Mempool,
    };
    assert_eq!(room.ask(nobody).unwrap_err().code(), "not_started");
}

/// Where frames arrive in one millisecond, its number alone says not where in it time stood still.
#[test]
fn a_moment_within_a_millisecond_is_found_again_and_a_pause_is_at_the_end_of_one() {
    let mut room = Room::new();
    room.open("fork");
    room.state(Order::Seek(8_000));
    let mut within = 0;
    for _ in 0..200 {
        let here = room.state(Order::Step(Until::Event));
        let Some(after) = here.after else { continue };
        within += 1;
        let mut other = Room::new();
        other.open("fork");
        let to = here.time;
        let there = other.state(Order::Return { to, after });
        assert_eq!((there.time, there.after), (here.time, here.after));
        assert_eq!((there.events, there.digest), (here.events, here.digest));
    }
    assert!(within > 10, "only {within} moments within a millisecond");
    // An action within a millisecond belongs to the moment after it.
    while room.state(Order::Step(Until::Event)).after.is_none() {}
    let here = room.state(act("{\"mute\":{\"side\":[\"pow-2\"]}}"));
    let Ok(Answer::Text(text)) = room.ask(Order::Export) else {
        panic!("expected a text");
    };
    let mut other = Room::new();
    other.ask(Order::Open(text)).unwrap();
    let (to, after) = (here.time, here.after.unwrap());
    let there = other.state(Order::Return { to, after });
    assert_eq!((there.events, there.digest), (here.events, here.digest));

    let mut paused = 0;
    room.order(Order::Play {
        speed: Some(SPEEDS.1),
        until: None,
    });
    for _ in 0..20 {
        room.work();
        let here = room.state(Order::Pause);
        assert_eq!(here.after, None);
        paused += 1;
        room.order(Order::Play {
            speed: None,
            until: None,
        });
    }
    assert_eq!(paused, 20);
}
