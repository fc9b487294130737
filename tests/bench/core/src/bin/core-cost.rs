//! `core-cost`: prints the operations' names. `core-cost OPERATION TIMES`: runs one that often, for a program that counts.
#![allow(clippy::print_stdout)] // it is what it is for

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let operations = core_cost::operations();
    match args.as_slice() {
        [] => operations.iter().for_each(|(name, _)| println!("{name}")),
        [wanted, times] => {
            let operation = operations.iter().find(|(name, _)| name == wanted).expect("the name of an operation");
            (0..times.parse().expect("a number")).for_each(|_: u32| operation.1());
        }
        _ => panic!("core-cost [OPERATION TIMES]"),
    }
}
