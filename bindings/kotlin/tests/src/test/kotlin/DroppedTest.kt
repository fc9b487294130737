import io.github.whatsapptwostep.Client
import io.github.whatsapptwostep.TwoStepClient
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** A client that nobody closed gives its memory in the core back, once it is garbage and another one is made. */
class DroppedTest {
    private val open = Client::class.java.getDeclaredField("open").apply { isAccessible = true }.get(null) as Set<*>

    @Test
    fun aClientThatWasDroppedUnclosedIsClosedLater() {
        List(1_000) { TwoStepClient(TOKEN) }.forEach { assertTrue(open.size >= 1_000, "$it") }
        val end = System.nanoTime() + 5_000_000_000
        do {
            System.gc()
            Thread.sleep(20)
            TwoStepClient(TOKEN).close()
        } while (open.size > 100 && System.nanoTime() < end)
        assertTrue(open.size <= 100, "${open.size} are left")
    }
}
