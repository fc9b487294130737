import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

/** Many calls through one client, and what they came to. */
object Soak {
    /** One batch: [atOnce] of them in flight. */
    fun run(client: TwoStepClient, ids: List<String>, atOnce: Int, pin: String): Map<String, Int> {
        val counts = ConcurrentHashMap<String, AtomicInteger>()
        val rest = ConcurrentLinkedQueue(ids)
        runBlocking(Dispatchers.Default) {
            coroutineScope {
                repeat(atOnce) {
                    launch {
                        while (true) {
                            val id = rest.poll() ?: break
                            counts.computeIfAbsent("$id ${end(client, id, pin)}") { AtomicInteger() }.incrementAndGet()
                        }
                    }
                }
            }
        }
        return counts.mapValues { it.value.get() }
    }

    private suspend fun end(client: TwoStepClient, id: String, pin: String): String =
        try {
            client.setTwoStepPin(id, pin)
            "ok"
        } catch (error: TwoStepError) {
            "${error.kind.code} ${error.outcome.code}"
        }

    /** Takes what is garbage away, and says what is left. */
    fun settle(): Map<String, Long> {
        repeat(3) {
            System.gc()
            Thread.sleep(50) // for cleaners, which free what is Rust's, on a thread of their own
        }
        val memory = Runtime.getRuntime()
        return mapOf("heap" to memory.totalMemory() - memory.freeMemory())
    }
}
