package io.github.whatsapptwostep

import java.time.Duration as JavaDuration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.time.Duration
import kotlin.time.DurationUnit
import kotlin.time.toKotlinDuration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import okhttp3.OkHttpClient

/**
 * Sets the two-step verification PIN of WhatsApp Business phone numbers, and reads which of them have one.
 *
 * ```kotlin
 * TwoStepClient(accessToken).use { client ->
 *     client.setTwoStepPin("106540352242922", "012345")
 * }
 * ```
 *
 * Safe to share between threads and coroutines; make one and keep it, since it keeps its connections. Retries, the deadline
 * over the whole call and every rule come from a core that all languages share; HTTP goes through OkHttp, or a [Transport]
 * of your own.
 *
 * **Never ship a system user's token in an app: any user can extract it.** On a phone, call your own
 * backend, and let it make this call; or set [Builder.baseUrl] to your backend and use a short-lived token of your own.
 */
public class TwoStepClient
private constructor(private val ownTransport: OkHttpTransport?, open: (TwoStepClient) -> Client, way: (Client) -> Way) :
    TwoStepApi, AutoCloseable {
    private val core = open(this)
    private val way = way(core)
    private val isClosed = AtomicBoolean()

    private constructor(settings: Builder, own: OkHttpTransport?) :
        this(
            own,
            { Client.open(it, settings.toRecord()) },
            { Way(settings.transport ?: own!!, settings.listener, Turns(it.maxInFlight)) },
        )

    private constructor(settings: Builder) : this(settings, if (settings.transport == null) OkHttpTransport() else null)

    /**
     * A client with every setting at its default, but for those that [configure] sets:
     *
     * ```kotlin
     * TwoStepClient(accessToken) {
     *     timeout(10.seconds)
     *     httpClient(myOkHttpClient)
     * }
     * ```
     *
     * @throws InvalidConfigurationError if a setting is wrong; its message says which, and why.
     * @throws UnsatisfiedLinkError if the JAR has no library for this platform, or it can't be loaded; its message says what to do.
     */
    @JvmOverloads
    public constructor(accessToken: String, configure: Builder.() -> Unit = {}) : this(Builder(accessToken).apply(configure))

    override suspend fun setTwoStepPin(phoneNumberId: String, pin: String, timeout: Duration?, maxRetries: Int?): SetTwoStepPinResponse =
        begin(Beginning(settingPin(phoneNumberId, pin), timeout, maxRetries, Throwable())).drive(way).response()

    @Throws(InterruptedException::class)
    override fun setTwoStepPinBlocking(phoneNumberId: String, pin: String, timeout: JavaDuration?, maxRetries: Int?): SetTwoStepPinResponse {
        val beginning = Beginning(settingPin(phoneNumberId, pin), timeout?.toKotlinDuration(), maxRetries, Throwable())
        return blocking(beginning).response()
    }

    override fun setTwoStepPinAsync(
        phoneNumberId: String,
        pin: String,
        executor: Executor?,
        timeout: JavaDuration?,
        maxRetries: Int?,
    ): CompletableFuture<SetTwoStepPinResponse> {
        val beginning = Beginning(settingPin(phoneNumberId, pin), timeout?.toKotlinDuration(), maxRetries, Throwable())
        val future = CompletableFuture<SetTwoStepPinResponse>()
        val job =
            CoroutineScope(Threads.calls).launch {
                val result = runCatching { begin(beginning).drive(way).response() }
                val complete = { result.fold(future::complete, future::completeExceptionally) }
                // An executor that was shut down, or is full, refuses: but the call is over, and its future must be too.
                runCatching { (executor ?: Threads.pool).execute { complete() } }.onFailure { complete() }
            }
        future.whenComplete { _, _ -> job.cancel() }
        return future
    }

    override fun phoneNumbers(wabaId: String, timeout: Duration?, maxRetries: Int?): Flow<PhoneNumber> {
        val caller = Throwable()
        return phoneNumbers { from ->
            begin(Beginning(readingPhoneNumbers(wabaId, from), timeout, maxRetries, caller)).drive(way).page()
        }
    }

    override fun phoneNumbersBlocking(wabaId: String, timeout: JavaDuration?, maxRetries: Int?): Iterable<PhoneNumber> {
        val caller = Throwable()
        return Iterable {
            PhoneNumberIterator { from ->
                blocking(Beginning(readingPhoneNumbers(wabaId, from), timeout?.toKotlinDuration(), maxRetries, caller)).page()
            }
        }
    }

    /**
     * A client for another token, with the same settings, over the same connections: partners have a token for each of their
     * customers. The calls of both count together towards [Builder.maxInFlight]. Each is closed by itself; with the first one its idle
     * connections go.
     */
    public fun withAccessToken(accessToken: String): TwoStepClient =
        TwoStepClient(ownTransport = null, { core.withAccessToken(it, accessToken) }, { way })

    private fun begin(beginning: Beginning): Call {
        check(!isClosed.get()) { "the client is closed" }
        LoopbackOnly.tellCore()
        return Call(core.number, way.listener, beginning)
    }

    private fun blocking(beginning: Beginning): Step {
        if (Thread.interrupted()) throw InterruptedException()
        val call = begin(beginning)
        return when (val transport = way.transport) {
            is OkHttpTransport -> call.driveHere(way.turns, transport::sendHere)
            is Blocking -> call.driveHere(way.turns, transport::sendHere)
            else -> runBlocking { call.drive(way) }
        }
    }

    private fun Step.response() = (this as Step.Succeeded).response

    private fun Step.page() = (this as Step.Read).page

    /** Closes idle connections, and lets calls that run come to their end. A transport of your own stays open. */
    override fun close() {
        if (isClosed.compareAndSet(false, true)) {
            core.close()
            ownTransport?.close()
        }
    }

    /** The settings of a [TwoStepClient]. */
    public class Builder internal constructor(private val accessToken: String?) {
        private var appSecret: String? = null
        private var baseUrl: String? = null
        private var apiVersion: String? = null
        private var timeout: Duration? = null
        private var connectTimeout: Duration? = null
        private var maxRetries: Int? = null
        private var maxInFlight: Int? = null
        private var allowHttp = false
        internal var transport: Transport? = null
            private set

        internal var listener: AttemptListener? = null
            private set

        /** Adds `appsecret_proof` to each request. Default none. Like the token, it has no place in an app. */
        public fun appSecret(secret: String): Builder = apply { appSecret = secret }

        /** Where the Graph API is, by https. Default `https://graph.facebook.com`. */
        public fun baseUrl(url: String): Builder = apply { baseUrl = url }

        /** The API's version. Default `v24.0`. */
        public fun apiVersion(version: String): Builder = apply { apiVersion = version }

        /** How long the whole call may take: every attempt and every wait between them. Default 30 s. */
        public fun timeout(time: Duration): Builder = apply { timeout = time }

        /** How long the whole call may take: every attempt and every wait between them. Default 30 s. */
        public fun timeout(time: JavaDuration): Builder = timeout(time.toKotlinDuration())

        /** How long connecting may take, TCP and TLS, in one attempt. Default 10 s. */
        public fun connectTimeout(time: Duration): Builder = apply { connectTimeout = time }

        /** How long connecting may take, TCP and TLS, in one attempt. Default 10 s. */
        public fun connectTimeout(time: JavaDuration): Builder = connectTimeout(time.toKotlinDuration())

        /** How many times a call is repeated at most. Default 2; 0 turns retries off. */
        public fun maxRetries(number: Int): Builder = apply { maxRetries = number }

        /** How many calls of this client may be under way at once; more wait their turn, within their own timeout. Default 256. */
        public fun maxInFlight(number: Int): Builder = apply { maxInFlight = number }

        /**
         * May [baseUrl] be plain http to a host name without a dot, or to a private address? For a service of a network of your own, such
         * as docker-compose's: **token and PIN go in the clear**.
         */
        @JvmOverloads
        public fun allowHttp(allow: Boolean = true): Builder = apply { allowHttp = allow }

        /** Another way to the server, such as a stand-in for tests. Proxy, roots and pins are its own. */
        public fun transport(transport: Transport): Builder = apply { this.transport = transport }

        /** Your own OkHttp client, with its proxy, certificate pins and interceptors. See [OkHttpTransport]. */
        public fun httpClient(client: OkHttpClient): Builder = transport(OkHttpTransport(client))

        /** Is told of each attempt's end, for logs and metrics. */
        public fun listener(listener: AttemptListener): Builder = apply { this.listener = listener }

        /**
         * Checks the settings and makes the client. No I/O.
         *
         * @throws InvalidConfigurationError if a setting is wrong.
         */
        public fun build(): TwoStepClient = TwoStepClient(this)

        internal fun toRecord() =
            Record()
                .int(1) // Kotlin
                .textOrNull(accessToken)
                .textOrNull(appSecret)
                .textOrNull(baseUrl)
                .bool(allowHttp)
                .textOrNull(apiVersion)
                .doubleOrNull(timeout?.toDouble(DurationUnit.SECONDS))
                .doubleOrNull(connectTimeout?.toDouble(DurationUnit.SECONDS))
                .longOrNull(maxRetries?.toLong())
                .longOrNull(maxInFlight?.toLong())
    }

    /** Makes clients. */
    public companion object {
        /** For Java: `TwoStepClient.builder(token).timeout(Duration.ofSeconds(10)).build()`. */
        @JvmStatic
        public fun builder(accessToken: String): Builder = Builder(accessToken)

        /**
         * A client with the token of `WHATSAPP_ACCESS_TOKEN`, and with `WHATSAPP_APP_SECRET`, `WHATSAPP_BASE_URL` and
         * `WHATSAPP_API_VERSION` where they are set. Nothing else takes a token from the environment.
         */
        @JvmStatic
        @JvmOverloads
        public fun fromEnv(configure: Builder.() -> Unit = {}): TwoStepClient = builderFromEnv().apply(configure).build()

        /** [fromEnv] for Java. */
        @JvmStatic
        public fun builderFromEnv(): Builder = Builder(null)
    }
}
