import bindings_kotlin_README_2.printNumbersWithoutPin
import bindings_kotlin_README_3.Webhook
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** The README's own lines. */
class ReadmeTest {
    private fun printed(work: () -> Unit): List<String> {
        val (before, out) = System.out to ByteArrayOutputStream()
        System.setOut(PrintStream(out, true))
        try {
            work()
        } finally {
            System.setOut(before)
        }
        return out.toString().lines().filter(String::isNotEmpty)
    }

    @Test
    fun numbersWithoutAPin() {
        val lines = printed { runBlocking { printNumbersWithoutPin(client(), "940200000000093") } }
        assertEquals(100, lines.size)
    }

    @Test
    fun aRepeatedDeliveryIsDropped() {
        val vectors = vectors("webhooks")
        val case = vectors.list("good").first().asJsonObject
        val webhook = Webhook(vectors.text("app_secret"), HashSet<Any>()::add)
        val lines = printed { repeat(2) { assertEquals(200, webhook.receive(webhookBody(case), case.text("signature"))) } }
        assertEquals(listOf("PIN_RESET_REQUEST of 15550783881, asked for by 61555822107539"), lines)
        assertEquals(401, webhook.receive("{}".toByteArray(), case.text("signature")))
    }
}
