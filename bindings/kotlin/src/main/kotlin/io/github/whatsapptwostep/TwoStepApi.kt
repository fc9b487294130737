package io.github.whatsapptwostep

import java.time.Duration as JavaDuration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import kotlin.time.Duration
import kotlinx.coroutines.flow.Flow

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

    /**
     * Reads the numbers of a WhatsApp business account: which of them have a PIN?
     *
     * ```kotlin
     * client.phoneNumbers("102290129340398").filter { it.pin == PinState.NOT_SET }.collect { println(it.displayPhoneNumber) }
     * ```
     *
     * A cold flow: page after page, each of a hundred numbers, is read as its numbers are asked for. Who stops collecting, or is cancelled, stops
     * the read. An error ends it; its [TwoStepError.outcome] is `NOT_SENT`, as no PIN was.
     *
     * @param wabaId the account's ID.
     * @param timeout for each page; the client's, if null.
     * @param maxRetries for each page; the client's, if null.
     */
    public fun phoneNumbers(wabaId: String, timeout: Duration? = null, maxRetries: Int? = null): Flow<PhoneNumber>

    /**
     * [phoneNumbers] for Java and other code without coroutines. Each of its iterators reads from the first page on, and blocks the
     * thread on which it is asked for the next number, HTTP included. One that is dropped half-way reads no further.
     *
     * If that thread is interrupted, the read stops with a [java.util.concurrent.CancellationException], as an iterator can't throw an
     * `InterruptedException`; the thread stays interrupted.
     */
    public fun phoneNumbersBlocking(wabaId: String, timeout: JavaDuration?, maxRetries: Int?): Iterable<PhoneNumber>

    /** The same, within the client's own limits. */
    public fun phoneNumbersBlocking(wabaId: String): Iterable<PhoneNumber> =
        phoneNumbersBlocking(wabaId, timeout = null, maxRetries = null)
}
