import io.github.whatsapptwostep.InvalidConfigurationError
import io.github.whatsapptwostep.RateLimitedError
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.testing.Sandbox
import io.github.whatsapptwostep.testing.SandboxExtension
import java.net.ConnectException
import java.net.URI
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Nested
import org.junit.jupiter.api.RepeatedTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.extension.ExtendWith

/** The package for users' own tests. */
@Timeout(60)
@ExtendWith(SandboxExtension::class)
class SandboxExtensionTest(private val ofTheClass: Sandbox) {
    private fun client(sandbox: Sandbox) = TwoStepClient(TOKEN) { baseUrl(sandbox.baseUrl) }

    @RepeatedTest(2)
    fun eachTestFindsItAsNew(sandbox: Sandbox) {
        assertNull(sandbox.pin(ID))
        client(sandbox).use { it.setTwoStepPinBlocking(ID, PIN) }
        assertEquals(PIN, sandbox.pin(ID))
        assertSame(ofTheClass, sandbox)
    }

    @Test
    fun faults(sandbox: Sandbox) {
        assertThrows(RateLimitedError::class.java) { client(sandbox).use { it.setTwoStepPinBlocking("911230000000000", PIN) } }
    }

    @Test
    fun meanwhileOnlyThisMachineIsReached() {
        assertIn("loopback", assertThrows(InvalidConfigurationError::class.java) { TwoStepClient(TOKEN) }.message)
    }

    @Nested
    inner class InANestedClass {
        @Test
        fun itIsTheSame(sandbox: Sandbox) = assertSame(ofTheClass, sandbox)
    }

    @Test
    fun oneOfOnesOwn() {
        val own = Sandbox("--numbers", "7")
        client(own).use { client -> assertEquals(7, client.phoneNumbersBlocking(WABA).count()) }
        assertNotEquals(ofTheClass.baseUrl, own.baseUrl)
        own.close()
        own.close()
        assertThrows(ConnectException::class.java) { URI(own.baseUrl).toURL().openStream() }
    }

    @Test
    fun whereItCantStart() {
        assertIn("Unknown argument --wrong", assertThrows(IllegalStateException::class.java) { Sandbox("--wrong") }.message!!)
        val command: String? = System.getProperty("whatsapptwostep.command")
        System.setProperty("whatsapptwostep.command", "/nowhere/whatsapp-two-step")
        try {
            val message = assertThrows(IllegalStateException::class.java) { Sandbox() }.message!!
            for (part in listOf("/nowhere/whatsapp-two-step", "whatsapptwostep.command", "WHATSAPP_TWO_STEP_COMMAND", "PATH", "make dist")) assertIn(part, message)
        } finally {
            if (command == null) System.clearProperty("whatsapptwostep.command") else System.setProperty("whatsapptwostep.command", command)
        }
    }

    @Test
    fun anIdIsNoNumber() {
        assertIn("digits only", assertThrows(IllegalArgumentException::class.java) { ofTheClass.pin("+1 555 0100") }.message!!)
    }
}
