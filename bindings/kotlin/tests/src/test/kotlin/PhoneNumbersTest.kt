import com.sun.net.httpserver.HttpServer
import io.github.whatsapptwostep.AttemptEnd
import io.github.whatsapptwostep.InvalidConfigurationError
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.PhoneNumber
import io.github.whatsapptwostep.PinState
import io.github.whatsapptwostep.RateLimitedError
import io.github.whatsapptwostep.Transport
import io.github.whatsapptwostep.TransportRequest
import io.github.whatsapptwostep.TransportResponse
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import io.github.whatsapptwostep.UnexpectedResponseError
import java.net.InetSocketAddress
import java.util.concurrent.CancellationException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.system.measureTimeMillis
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.count
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.Timeout

/** Reading an account's numbers, as a flow and blocking: over real sockets, and over a transport of one's own. */
@Timeout(60)
class PhoneNumbersTest {
    private enum class Form { FLOW, BLOCKING }

    /** The numbers that came, and what ended it. */
    private fun read(client: TwoStepClient, form: Form, waba: String = WABA): Pair<List<PhoneNumber>, TwoStepError?> {
        val numbers = mutableListOf<PhoneNumber>()
        fun add(number: PhoneNumber) {
            check(numbers.size < FLEET) { "a reading without end" }
            numbers += number
        }
        val result =
            runCatching {
                when (form) {
                    Form.FLOW -> runBlocking { client.phoneNumbers(waba).collect { add(it) } }
                    Form.BLOCKING -> client.phoneNumbersBlocking(waba).forEach { add(it) }
                }
            }
        return numbers to result.exceptionOrNull()?.let { it as? TwoStepError ?: throw it }
    }

    private fun requests() = Sandbox.get("stats").asJsonObject["requests"].asInt

    @Test
    fun aFleetOf2500NumbersIn25Pages() {
        val set = "106540352244000"
        client().use { client ->
            client.setTwoStepPinBlocking(set, PIN)
            for (form in Form.entries) {
                val before = requests()
                val (numbers, error) = read(client, form)
                assertNull(error)
                assertEquals(25, requests() - before)
                assertEquals(FLEET, numbers.map { it.id }.toSet().size)
                assertEquals("106540352242922", numbers[0].id)
                assertEquals(PinState.SET, numbers.single { it.id == set }.pin)
                assertTrue(numbers.count { it.pin == PinState.NOT_SET } > 2_000 && numbers.none { it.pin == PinState.UNKNOWN })
            }
        }
    }

    /** Each row of the sandbox's table, in both forms. */
    @TestFactory
    fun everyOddList(): List<DynamicTest> =
        Sandbox.get("waba_scenarios").asJsonArray.map { it.asJsonObject }.flatMap { row ->
            Form.entries.map { form ->
                dynamicTest("${row.text("name")}, $form") {
                    val client = client { timeout(if (row.text("kind") == "timed_out") 1.seconds else 10.seconds).maxRetries(0) }
                    // The last digits are free, and tell what counts its reads apart.
                    val (numbers, error) = client.use { read(it, form, row.text("id").dropLast(1) + form.ordinal) }
                    assertEquals(row.text("kind") to row["numbers"].asInt, (error?.kind?.code ?: "success") to numbers.size, "$error, ${error?.cause}")
                    assertHidden("$numbers", TOKEN, "\u001b")
                    if (error != null) {
                        assertEquals(Outcome.NOT_SENT, error.outcome)
                        assertHidden(shown(error), TOKEN)
                    }
                }
            }
        }

    @Test
    fun nothingIsReadAhead() {
        val client = client()
        val before = requests()
        val numbers = client.phoneNumbers(WABA)
        val iterator = client.phoneNumbersBlocking(WABA).iterator()
        assertEquals(0, requests() - before)
        runBlocking { assertEquals(101, numbers.take(101).count()) }
        assertEquals(2, requests() - before)
        repeat(101) { iterator.next() }
        assertEquals(4, requests() - before)
        assertEquals("106540352242922", runBlocking { numbers.first().id }) // from the first page on
    }

    @Test
    fun cancellingClosesTheRequest() = runBlocking {
        val client = client { timeout(50.seconds) }
        val times = (1..5).map { number ->
            val before = Sandbox.aborted()
            var count = 0
            val read = launch(Dispatchers.Default) { client.phoneNumbers("94063000000004$number").collect { count++ } }
            while (count < 100) delay(5)
            delay(100)
            val took = measureTimeMillis { read.cancelAndJoin() }
            assertAborted(before)
            took
        }.sorted()
        assertTrue(times[0] < 50 && times[2] < 250, "$times") // a busy machine takes longer now and then
    }

    @Test
    fun anInterruptEndsTheBlockingForm() {
        val before = Sandbox.aborted()
        var error: Throwable? = null
        var isInterrupted = false
        val reader = thread {
            error = runCatching { client { timeout(50.seconds) }.phoneNumbersBlocking("940630000000051").forEach {} }.exceptionOrNull()
            isInterrupted = Thread.currentThread().isInterrupted
        }
        Thread.sleep(500)
        reader.interrupt()
        reader.join(5_000)
        assertTrue(error is CancellationException && error?.cause is InterruptedException && isInterrupted, "$error")
        assertAborted(before)
    }

    @Test
    fun aRateLimitInTheMiddleIsWaitedForWhereThatFits() {
        assertEquals(250, read(client(), Form.FLOW, "940620000000061").first.size)
        val (numbers, error) = read(client(), Form.FLOW, "940610000000061")
        assertEquals(100 to 300L, numbers.size to (error as RateLimitedError).retryAfter?.seconds)
    }

    /** The deadline is each page's own. */
    @Test
    fun eachPageHasItsOwnTime() {
        assertEquals(250 to null, read(client { timeout(700.milliseconds).maxRetries(0) }, Form.FLOW, "940650000000061").let { it.first.size to it.second })
        val limited = runCatching { runBlocking { client().phoneNumbers("940650000000062", timeout = 100.milliseconds, maxRetries = 0).toList() } }
        assertEquals("timed_out", (limited.exceptionOrNull() as TwoStepError).kind.code)
    }

    /** OkHttp repeats what has no body by itself, if a 503 says to wait for 0 s. */
    @Test
    fun noRequestIsSentTwiceInOneAttempt() {
        val count = AtomicInteger()
        val server = HttpServer.create(InetSocketAddress("127.0.0.1", 0), 0)
        server.createContext("/") {
            count.incrementAndGet()
            it.responseHeaders["Retry-After"] = "0"
            it.sendResponseHeaders(503, -1)
            it.close()
        }
        server.start()
        try {
            val client = client { baseUrl("http://127.0.0.1:${server.address.port}").maxRetries(0) }
            for (form in Form.entries) {
                val error = read(client, form).second!!
                assertEquals(listOf("service_unavailable", 1, null), listOf(error.kind.code, error.attempts, error.retryAfter))
            }
            assertEquals(2, count.get())
        } finally {
            server.stop(0)
        }
    }

    // A transport of one's own.

    private fun page(ids: IntRange, after: String?): TransportResponse {
        val data = ids.joinToString { """{"id":"$it","is_pin_enabled":${it % 2 == 0}}""" }
        val next = if (after == null) "" else ""","next":"https://x/?access_token=$TOKEN""""
        return TransportResponse(200, emptyMap(), """{"data":[$data],"paging":{"cursors":{"after":"${after ?: "end"}"}$next}}""".toByteArray())
    }

    private fun forms(transport: Transport, check: (Form, TwoStepClient) -> Unit) = Form.entries.forEach { check(it, offline(transport)) }

    @Test
    fun whatATransportSees() {
        val seen = mutableListOf<TransportRequest>()
        val transport = Transport { seen += it; if ("after" in it.url) page(3..3, null) else page(1..2, "c/1=") }
        forms(transport) { form, client ->
            seen.clear()
            val (numbers, error) = read(client, form, "1")
            assertNull(error)
            assertEquals(listOf("1" to PinState.NOT_SET, "2" to PinState.SET, "3" to PinState.NOT_SET), numbers.map { it.id to it.pin })
            assertTrue(seen.all { it.method == "GET" && it.body.isEmpty() && it.maxBodyBytes == 1024 * 1024 && "Content-Type" !in it.headers })
            assertTrue(seen[0].url.startsWith("https://graph.facebook.com/v24.0/1/phone_numbers?fields=id,"), seen[0].url)
            assertEquals(seen[0].url + "&after=c%2F1%3D", seen[1].url)
        }
    }

    @Test
    fun whatEndsIt() {
        forms({ page(1..1, "again") }) { form, client ->
            val (numbers, error) = read(client, form)
            assertTrue(numbers.size < 5 && error is UnexpectedResponseError && error.outcome == Outcome.NOT_SENT, "$error")
        }
        forms({ throw IllegalStateException("mine") }) { form, client -> assertTrue(read(client, form).second?.cause is IllegalStateException) }
    }

    @Test
    fun theIdIsChecked() {
        for (id in listOf("me", "", "1/2", "+1 555")) {
            forms(answering(500, "")) { form, client ->
                val error = read(client, form, id).second as InvalidConfigurationError
                assertIn("wabaId", error.message)
                assertEquals(Outcome.NOT_SENT to 0, error.outcome to error.attempts)
            }
        }
    }

    /** The field is left out then; whoever watches is told of the refusal. */
    @Test
    fun aRefusedFieldIsTold() {
        val ends = mutableListOf<AttemptEnd>()
        val client = client { listener { ends += it } }
        assertEquals(3, read(client, Form.FLOW, "940060000000061").first.size)
        assertEquals(listOf("invalid_request", null), ends.map { it.error?.kind?.code })
        assertTrue(ends.all { it.number == 1 && it.traceId != null })
    }

    @Test
    fun theStackLeadsToTheCaller() {
        for (form in Form.entries) {
            assertTrue(read(client("EAAsandboxExpired"), form).second!!.stackTrace.any { it.className == javaClass.name }, "$form")
        }
    }

    @Test
    fun waitsGoByTheCoroutinesClock() = runTest {
        var count = 0
        val client = TwoStepClient(TOKEN) { transport { if (count++ == 0) TransportResponse(503, emptyMap(), ByteArray(0)) else page(1..2, null) } }
        assertEquals(2, client.phoneNumbers(WABA).count())
    }

    @Test
    fun aClosedClientReadsNothing() {
        val client = client().apply { close() }
        assertThrows(IllegalStateException::class.java) { read(client, Form.FLOW) }
        assertThrows(IllegalStateException::class.java) { read(client, Form.BLOCKING) }
    }
}
