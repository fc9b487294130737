import io.github.whatsapptwostep.Client
import io.github.whatsapptwostep.TwoStepClient
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** A client that nobody closed gives its memory in the core back, once it is garbage and another one is made. */
class DroppedTest {
    private val open = Client::class.java.getDeclaredField("open").apply { isAccessible = true }.get(null) as Set<*>

    /** A function of its own: where it has returned, nothing on the stack holds a client. */
    private fun makeAndDrop(number: Int, make: () -> TwoStepClient) {
        val clients = List(number) { make() }
        assertTrue(open.size >= number, "$clients")
    }

    private fun assertAllGo(make: () -> TwoStepClient) {
        makeAndDrop(1_000, make)
        val end = System.nanoTime() + 5_000_000_000
        do {
            System.gc()
            Thread.sleep(20)
            TwoStepClient(TOKEN).close()
        } while (open.size > 100 && System.nanoTime() < end)
        assertTrue(open.size <= 100, "${open.size} are left")
    }

    @Test
    fun aClientThatWasDroppedUnclosedIsClosedLater() = assertAllGo { TwoStepClient(TOKEN) }

    /** As where a class has the client, and listens itself. */
    @Test
    fun alsoOneThatItsOwnListenerLeadsTo() = assertAllGo {
        val clients = mutableListOf<TwoStepClient>()
        TwoStepClient(TOKEN) { listener { println("$clients: $it") } }.also(clients::add)
    }
}
