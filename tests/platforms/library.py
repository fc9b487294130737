"""library.py FILE: the JAR's library loads on this platform and answers: with the number of the contract that UniFFI's callers ask for."""

import ctypes
import platform
import sys

library = ctypes.CDLL(sys.argv[1])
contract = library.ffi_whatsapp_two_step_uniffi_uniffi_contract_version()
assert contract > 0, contract
print("the JAR's library: loaded, contract", contract, "on", platform.machine(), *platform.libc_ver())
