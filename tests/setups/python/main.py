"""The program that is packed into one file."""

import pins


def main():
    print(pins.say())


if __name__ == "__main__":
    main()
