package io.github.whatsapptwostep

/**
 * The core, which is in Rust, by JNI. It begins calls, is told what happened, and says what to do next.
 *
 * Clients and calls are numbers, times are nanoseconds since a call began, and records are bytes: see [Record] and [Step].
 */
internal object Core {
    /** The form of the records here; the library has it too. */
    const val RECORDS: Int = 4

    @JvmStatic external fun records(): Int

    @JvmStatic external fun setLoopbackOnly(isOn: Boolean)

    @JvmStatic external fun openClient(settings: ByteArray): ByteArray

    @JvmStatic external fun withAccessToken(client: Long, accessToken: ByteArray): ByteArray

    @JvmStatic external fun closeClient(client: Long)

    @JvmStatic external fun begin(beginning: ByteArray): ByteArray

    @JvmStatic external fun answered(call: Long, elapsed: Long, answer: ByteArray): ByteArray

    @JvmStatic external fun failed(call: Long, elapsed: Long, noAnswer: ByteArray): ByteArray

    @JvmStatic external fun expired(call: Long, elapsed: Long, mayHaveLeft: Boolean): ByteArray

    @JvmStatic external fun waited(call: Long, elapsed: Long): ByteArray

    @JvmStatic external fun cancel(call: Long)

    @JvmStatic external fun generatePin(): ByteArray

    @JvmStatic external fun isWeakPin(pin: ByteArray): ByteArray

    @JvmStatic external fun securityEvents(delivery: ByteArray): ByteArray
}
