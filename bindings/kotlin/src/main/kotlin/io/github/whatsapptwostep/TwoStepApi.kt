package io.github.whatsapptwostep

import java.time.Duration as JavaDuration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import kotlin.time.Duration

/** What [TwoStepClient] does: for a program's own classes to depend on, and for their tests to stand in for. */
public interface TwoStepApi {
    /**
     * Sets the number's PIN. Setting the same PIN again is safe.
     *
     * Cancelling the coroutine stops the call and closes its request.
     *
     * @param phoneNumberId the number's ID, as from `GET /{WABA_ID}/phone_numbers`; not the phone number itself.
     * @param pin six digits, as text: a number would lose a leading zero.
     * @param timeout for this call; the client's, if null.
     * @param maxRetries for this call; the client's, if null.
     * @throws TwoStepError if the PIN was not set, or that isn't known: [TwoStepError.outcome] says which PIN holds.
     */
    public suspend fun setTwoStepPin(
        phoneNumberId: String,
        pin: String,
        timeout: Duration? = null,
        maxRetries: Int? = null,
    ): SetTwoStepPinResponse

    /**
     * [setTwoStepPin] for Java and other code without coroutines. It blocks its thread, and does everything on it, HTTP included;
     * interrupting the thread stops the call.
     */
    @Throws(InterruptedException::class)
    public fun setTwoStepPinBlocking(
        phoneNumberId: String,
        pin: String,
        timeout: JavaDuration? = null,
        maxRetries: Int? = null,
    ): SetTwoStepPinResponse

    /** The same, within the client's own limits. */
    @Throws(InterruptedException::class)
    public fun setTwoStepPinBlocking(phoneNumberId: String, pin: String): SetTwoStepPinResponse =
        setTwoStepPinBlocking(phoneNumberId, pin, timeout = null, maxRetries = null)

    /**
     * [setTwoStepPin] for Java, as a future, which fails with a [TwoStepError]. Cancelling it stops the call.
     *
     * What depends on the future runs in the [executor]. It may block: the call itself needs none of its threads. Without an
     * executor, or where it refuses, each call's future has a thread to itself.
     */
    public fun setTwoStepPinAsync(
        phoneNumberId: String,
        pin: String,
        executor: Executor? = null,
        timeout: JavaDuration? = null,
        maxRetries: Int? = null,
    ): CompletableFuture<SetTwoStepPinResponse>

    /** The same, within the client's own limits, and without an executor. */
    public fun setTwoStepPinAsync(phoneNumberId: String, pin: String): CompletableFuture<SetTwoStepPinResponse> =
        setTwoStepPinAsync(phoneNumberId, pin, executor = null, timeout = null, maxRetries = null)

    /** The same, within the client's own limits. */
    public fun setTwoStepPinAsync(phoneNumberId: String, pin: String, executor: Executor?): CompletableFuture<SetTwoStepPinResponse> =
        setTwoStepPinAsync(phoneNumberId, pin, executor, timeout = null, maxRetries = null)
}
