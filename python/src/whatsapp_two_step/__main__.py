"""`python -m whatsapp_two_step` is the command."""

from whatsapp_two_step._cli import main

main()
