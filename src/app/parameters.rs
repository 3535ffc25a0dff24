//! The parameters of a link as people read of them: one table for the reference. The values and the
//! defaults are those of the parser.

use super::page_link::{MAX_POA, MAX_POW, MAX_TEST_TX, PageLink};
use crate::command::{DIFFICULTY_DIGITS, PACE_SECONDS, TRAFFIC_RATES};
use crate::ipc::MAX_MINERS;

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub values: String,
    /// What counts without it.
    pub default: String,
    /// What it is.
    pub about: &'static str,
}

/// All parameters, in the order of the reference.
#[must_use]
pub fn parameters() -> [Parameter; 8] {
    let usual = PageLink::default();
    let row = |name, values: String, default: String, about| Parameter {
        name,
        values,
        default,
        about,
    };
    let (digits, seconds, rates) = (DIFFICULTY_DIGITS, PACE_SECONDS, TRAFFIC_RATES);
    [
        row(
            "pow",
            format!("0 to {MAX_POW}"),
            usual.pow().to_string(),
            "proof-of-work nodes of a new network",
        ),
        row(
            "poa",
            format!("0 to {MAX_POA}"),
            usual.poa().to_string(),
            "proof-of-authority nodes of a new network",
        ),
        row(
            "difficulty",
            format!("{} to {}", digits.start(), digits.end()),
            usual.difficulty().to_string(),
            "leading zero hex digits of a work block's id in a new network",
        ),
        row(
            "pace",
            format!(
                "{} to {}, `full`, `max`, `pause`",
                seconds.start(),
                seconds.end()
            ),
            super::page_link::pace_word(usual.pace()),
            "seconds between work blocks that the hash budget aims at; `full` leaves one core to the page and rests a \
             moment when you click or type, `max` never",
        ),
        row(
            "net",
            "a name: lower-case letters, digits, `-`, `_`".to_owned(),
            format!("`{}` and the like", usual.network()),
            "the network's name",
        ),
        row(
            "test_tx",
            format!("0 to {MAX_TEST_TX}"),
            usual.test_tx().to_string(),
            "test transactions that a new network sends",
        ),
        row(
            "miners",
            format!("1 to {MAX_MINERS}"),
            usual.miners().to_string(),
            "miners (workers that hash) of each proof-of-work node",
        ),
        row(
            "traffic",
            format!("{} to {}, `off`", rates.start(), rates.end()),
            super::page_link::traffic_word(usual.traffic()),
            "payments and messages a minute that the page sends between the users by itself",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::parameters;
    use crate::app::page_link::{NAMES, PageLink};

    #[test]
    fn every_parameter_of_the_parser_is_explained_with_a_default_that_it_takes() {
        let parameters = parameters();
        assert_eq!(parameters.each_ref().map(|parameter| parameter.name), NAMES);
        for parameter in parameters
            .iter()
            .filter(|parameter| parameter.name != "net")
        {
            let search = format!("?{}={}", parameter.name, parameter.default);
            let (link, errors) = PageLink::parse(&search);
            assert_eq!(errors, [], "{search}");
            assert_eq!(link.network(), PageLink::default().network());
        }
    }
}
