import io.github.whatsapptwostep.TwoStepError
import java.io.ByteArrayOutputStream
import java.io.ObjectOutputStream
import java.util.logging.ConsoleHandler
import java.util.logging.Level
import java.util.logging.LogManager
import java.util.logging.Logger

/** Shows what a call came to in every way that the JVM has, with everything logged; and leaks what it is told to, through each. */
object Show {
    private val root: Logger by lazy {
        LogManager.getLogManager().reset()
        System.setProperty("kotlinx.coroutines.debug", "on")
        Logger.getLogger("").apply {
            level = Level.ALL
            addHandler(ConsoleHandler().apply { level = Level.ALL })
        }
    }

    /** Secrets come so: nothing that shows the input shows them. */
    fun backwards(text: String) = text.reversed()

    fun talk() = root.finest("everything is logged")

    fun everything(value: Any?) {
        root.log(Level.FINEST, "{0}", value)
        string(value)
        if (value is Throwable) stack(value)
        serialised(value)
        if (value is TwoStepError) fields(value)
    }

    fun plant(channel: String, text: String) {
        talk()
        when (channel) {
            "log" -> root.finest(text)
            "string" -> string(listOf(text))
            "stack" -> stack(IllegalStateException("outside", IllegalStateException(text)))
            else -> serialised(listOf(text))
        }
    }

    private fun string(value: Any?) = System.err.println("$value ${value?.hashCode()}")

    private fun stack(error: Throwable) = System.err.println(error.stackTraceToString())

    private fun serialised(value: Any?) {
        val bytes = ByteArrayOutputStream()
        val refusal = runCatching { ObjectOutputStream(bytes).use { it.writeObject(value) } }.exceptionOrNull()
        System.err.println(bytes.toString(Charsets.ISO_8859_1) + refusal?.toString().orEmpty())
    }

    /** What a reflecting serialiser would take: each field, private ones too. */
    private fun fields(error: TwoStepError) =
        generateSequence<Class<*>>(error.javaClass) { it.superclass }
            .takeWhile { it != Throwable::class.java }
            .flatMap { it.declaredFields.asSequence() }
            .forEach { System.err.println("${it.name}=" + runCatching { it.apply { isAccessible = true }.get(error) }) }
}
