import io.github.whatsapptwostep.TwoStepClient
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout

/** Against the sandbox at SANDBOX_URL. */
class PinViewModelTest {
    private fun model(id: String, token: String = "EAAtest") =
        PinViewModel(TwoStepClient(token) { baseUrl(System.getenv("SANDBOX_URL")).maxRetries(0) }, id)

    private fun PinViewModel.saved(pin: String): PinState = runBlocking {
        save(pin)
        withTimeout(60.seconds) { state.first { it != PinState.Saving } }
    }

    @Test
    fun `a PIN is saved`() {
        val model = model("106540352242950")
        assertEquals(PinState.Editing, model.state.value)
        assertEquals(PinState.Saved, model.saved("012345"))
    }

    @Test
    fun `a refusal leaves no doubt, and says what to do`() {
        val failed = assertIs<PinState.Failed>(model("106540352242951", "EAAsandboxExpired").saved("012345"))
        assertEquals(false, failed.isInDoubt)
        assertEquals(true, failed.hint.isNotEmpty())
        assertIs<PinState.Failed>(model("106540352242951").saved("1234"))
    }

    @Test
    fun `doubt lasts until a call succeeds`() {
        val model = model("920010000000501") // fails twice, then works
        assertEquals(true, assertIs<PinState.Failed>(model.saved("012345")).isInDoubt)
        assertEquals(true, assertIs<PinState.Failed>(model.saved("1234")).isInDoubt)
        assertIs<PinState.Failed>(model.saved("012345"))
        assertEquals(PinState.Saved, model.saved("012345"))
    }
}
