//! Prints each operation's name with the allocations that it makes, and their bytes.
#![allow(clippy::print_stdout)] // it is what it is for

fn main() {
    for (name, run) in core_cost::operations() {
        run(); // what is made once, such as a parsed constant
        let counted = allocation_counter::measure(run);
        println!("{name} {} {}", counted.count_total, counted.bytes_total);
    }
}
