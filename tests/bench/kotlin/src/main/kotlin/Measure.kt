import com.sun.management.OperatingSystemMXBean
import java.io.File
import java.lang.management.ManagementFactory
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch

/** Calls after which memory is looked at, beside the end. */
private const val MEMORY_AT = 100

private val system = ManagementFactory.getOperatingSystemMXBean() as OperatingSystemMXBean

/** Makes the calls, first those that warm up, then those that count; the first of all is timed apart. */
suspend fun measure(arguments: Arguments, connect: (Arguments) -> suspend () -> Unit): Map<String, Any?> {
    val imported = memoryKb("VmRSS")
    val total = arguments.warmup + arguments.calls
    val ends = sortedSetOf(1, MEMORY_AT, arguments.warmup, total).filter { it in 1..total && arguments.calls > 0 }
    var wall = 0L
    var cpu = 0L
    var firstMs: Double? = null
    var settled: Long? = null
    val times = ArrayList<Long>()
    val began = System.nanoTime()
    val call = connect(arguments)
    (listOf(0) + ends).zipWithNext { start, end ->
        val (cpuBefore, wallBefore) = system.processCpuTime to System.nanoTime()
        val taken = many(call, end - start, arguments.concurrency)
        if (start >= arguments.warmup) {
            wall += System.nanoTime() - wallBefore
            cpu += system.processCpuTime - cpuBefore
            times += taken
        }
        if (end == 1) {
            firstMs = (System.nanoTime() - began) / 1e6
            if (arguments.warmup == 0) println("answered")
        }
        if (end == MEMORY_AT) settled = memoryKb("VmRSS")
    }
    times.sort()
    fun quantile(part: Double) = if (times.isEmpty()) null else times[(times.lastIndex * part).toInt()] / 1e3
    return mapOf(
        "calls" to arguments.calls,
        "concurrency" to arguments.concurrency,
        "wall_s" to wall / 1e9,
        "cpu_s" to cpu / 1e9,
        "median_us" to quantile(0.5),
        "p99_us" to quantile(0.99),
        "import_ms" to 0.0, // classes are loaded as they are used
        "first_call_ms" to firstMs,
        "rss_import_kb" to imported,
        "rss_100_kb" to settled,
        "rss_end_kb" to memoryKb("VmRSS"),
        "peak_kb" to memoryKb("VmHWM"),
    )
}

private suspend fun many(call: suspend () -> Unit, calls: Int, concurrency: Int): Collection<Long> {
    val times = ConcurrentLinkedQueue<Long>()
    val begun = AtomicInteger()
    coroutineScope {
        repeat(minOf(calls, concurrency)) {
            launch {
                while (begun.getAndIncrement() < calls) {
                    val start = System.nanoTime()
                    call()
                    times += System.nanoTime() - start
                }
            }
        }
    }
    return times
}

/** From Linux, where the file is. */
private fun memoryKb(name: String): Long? =
    File("/proc/self/status").takeIf { it.exists() }?.readLines()?.first { it.startsWith(name) }?.filter(Char::isDigit)?.toLong()
