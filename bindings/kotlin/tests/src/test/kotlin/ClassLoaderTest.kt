import java.io.File
import java.lang.ref.WeakReference
import java.net.URL
import java.net.URLClassLoader
import java.util.concurrent.Future
import java.util.concurrent.TimeUnit
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** A servlet container loads a web application with all its libraries in a class loader of its own, and drops it to load the next. */
@Timeout(300)
class ClassLoaderTest {
    private val libraries: List<URL> =
        System.getProperty("java.class.path").split(File.pathSeparator).filter { it.endsWith(".jar") }.map { File(it).toURI().toURL() }

    /** What a web application does: makes a client, calls in both ways, closes it. */
    private fun application(calls: Boolean): WeakReference<ClassLoader> {
        val loader = URLClassLoader(libraries.toTypedArray(), ClassLoader.getPlatformClassLoader())
        val thread = Thread.currentThread()
        val before = thread.contextClassLoader
        thread.contextClassLoader = loader
        try {
            val type = loader.loadClass("io.github.whatsapptwostep.TwoStepClient")
            val builder = type.getMethod("builder", String::class.java).invoke(null, TOKEN)
            builder.javaClass.getMethod("baseUrl", String::class.java).invoke(builder, Sandbox.url)
            val client = builder.javaClass.getMethod("build").invoke(builder) as AutoCloseable
            client.use {
                if (calls) {
                    type.getMethod("setTwoStepPinBlocking", String::class.java, String::class.java).invoke(client, ID, PIN)
                    val future = type.getMethod("setTwoStepPinAsync", String::class.java, String::class.java).invoke(client, ID, PIN)
                    (future as Future<*>).get(10, TimeUnit.SECONDS)
                }
            }
        } finally {
            thread.contextClassLoader = before
        }
        return WeakReference(loader)
    }

    private fun left(loaders: List<WeakReference<ClassLoader>>, within: Duration): Int {
        val end = TimeSource.Monotonic.markNow() + within
        while (true) {
            System.gc()
            val left = loaders.count { it.get() != null }
            if (left == 0 || end.hasPassedNow()) return left
            Thread.sleep(200)
        }
    }

    @BeforeEach
    fun aThreadOfTheTestsOwnIsMadeBefore() {
        Sandbox.url
    }

    @Test
    fun withoutACall() = assertEquals(0, left(List(5) { application(calls = false) }, within = 5.seconds))

    /** Threads that idle hold it a minute: OkHttp's, Okio's, and for half as long that of coroutines which waits for deadlines. */
    @Test
    fun afterCalls() = assertEquals(0, left(List(5) { application(calls = true) }, within = 90.seconds))
}
