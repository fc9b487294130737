import androidx.lifecycle.ViewModel
import androidx.lifecycle.viewModelScope
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch

/** What the screen shows. It holds no PIN, so it may be saved and logged. */
sealed interface PinState {
    data object Editing : PinState
    data object Saving : PinState
    data object Saved : PinState

    /** [isInDoubt]: either PIN may hold; the button says "Try again", and sends the same PIN. */
    data class Failed(val message: String, val hint: String, val isInDoubt: Boolean) : PinState
}

/**
 * Sets the PIN of one number. The client is one of your own backend's: `TwoStepClient(shortLivedToken) { baseUrl(backend) }`.
 * Meta's token has no place in an app.
 */
class PinViewModel(private val client: TwoStepClient, private val phoneNumberId: String) : ViewModel() {
    private val mutableState = MutableStateFlow<PinState>(PinState.Editing)
    val state: StateFlow<PinState> = mutableState.asStateFlow()

    /** Leaving the screen cancels the call: the PIN may have been set, and setting it again is safe. */
    fun save(pin: String) {
        val before = mutableState.value
        if (before == PinState.Saving || !mutableState.compareAndSet(before, PinState.Saving)) return // a second tap
        viewModelScope.launch {
            mutableState.value =
                try {
                    client.setTwoStepPin(phoneNumberId, pin)
                    PinState.Saved
                } catch (error: TwoStepError) {
                    // An earlier call's doubt lasts until one succeeds: a refusal now says nothing of it.
                    val wasInDoubt = before is PinState.Failed && before.isInDoubt
                    PinState.Failed(error.sentence, error.hint, wasInDoubt || error.outcome == Outcome.UNKNOWN)
                }
        }
    }
}
