import io.github.whatsapptwostep.AttemptEnd
import io.github.whatsapptwostep.AuthenticationError
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.ServiceUnavailableError
import io.github.whatsapptwostep.SetTwoStepPinResponse
import io.github.whatsapptwostep.TimedOutError
import io.github.whatsapptwostep.Transport
import io.github.whatsapptwostep.TransportResponse
import io.github.whatsapptwostep.TwoStepClient
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** The listener: each attempt's end, once, in its order. */
@Timeout(60)
class WatchTest {
    private val ends = mutableListOf<AttemptEnd>()

    private fun watched(configure: TwoStepClient.Builder.() -> Unit = {}) = client { listener { ends += it }.configure() }

    @Test
    fun eachAttempt() {
        val forms =
            listOf<(TwoStepClient) -> SetTwoStepPinResponse>(
                { runBlocking { it.setTwoStepPin("920010000000077", PIN) } },
                { it.setTwoStepPinBlocking("920010000000078", PIN) },
            )
        for (form in forms) {
            ends.clear()
            assertEquals(3, form(watched()).attempts)
            assertEquals(listOf(1, 2, 3), ends.map { it.number })
            for (end in ends.dropLast(1)) assertTrue(end.error is ServiceUnavailableError && end.httpStatus!! >= 500 && !end.wait!!.isNegative, "$end")
            with(ends.last()) {
                assertNull(error ?: wait)
                assertEquals(200, httpStatus)
                assertTrue(!traceId.isNullOrEmpty() && took.toNanos() > 0)
            }
            assertHidden("$ends", PIN, TOKEN)
        }
    }

    @Test
    fun whatFails() {
        failure { client("EAAsandboxExpired") { listener { ends += it } }.setTwoStepPin(ID, PIN) }
        with(ends.single()) {
            assertTrue(error is AuthenticationError && error!!.graphCode == 190 && traceId == error!!.traceId)
            assertEquals(401 to null, httpStatus to wait)
        }
        ends.clear()
        failure { watched { transport { awaitCancellation() }.timeout(200.milliseconds) }.setTwoStepPin(ID, PIN) }
        with(ends.single()) { assertTrue(error is TimedOutError && error!!.outcome == Outcome.UNKNOWN && took.toMillis() >= 190, "$this") }
        ends.clear()
        failure { watched().setTwoStepPin(ID, "12345") }
        assertEquals(emptyList<AttemptEnd>(), ends) // nothing was sent
    }

    @Test
    fun aListenerThatThrowsDoesNoHarm() {
        val success = Transport { TransportResponse(200, emptyMap(), """{"success":true}""".toByteArray()) }
        val client = TwoStepClient(TOKEN) { listener { error("mine") }.transport(success) }
        assertEquals(1, runBlocking { client.setTwoStepPin(ID, PIN) }.attempts)
    }
}
