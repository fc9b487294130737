package io.github.whatsapptwostep.testing

import java.io.IOException
import java.net.HttpURLConnection
import java.net.Proxy
import java.net.URI
import java.util.concurrent.TimeUnit.SECONDS

private const val COMMAND = "whatsapp-two-step"

/**
 * A local stand-in for the Graph API, for your own tests: the command `whatsapp-two-step sandbox`, in a process of its own. It listens on
 * a free port of 127.0.0.1, and any access token that begins with `EAA` is good.
 *
 * ```kotlin
 * import io.github.whatsapptwostep.TwoStepClient
 * import io.github.whatsapptwostep.testing.Sandbox
 *
 * fun main() {
 *     Sandbox().use { sandbox ->
 *         TwoStepClient("EAAtest") { baseUrl(sandbox.baseUrl) }.use { it.setTwoStepPinBlocking("106540352242922", "012345") }
 *         println(sandbox.pin("106540352242922")) // 012345
 *     }
 * }
 * ```
 *
 * Some phone number IDs and tokens bring out errors and faults of the network: `whatsapp-two-step sandbox --table` lists them.
 *
 * The command is the file that the system property `whatsapptwostep.command` names, else the one that the environment variable
 * `WHATSAPP_TWO_STEP_COMMAND` names, else the one on the `PATH`.
 *
 * @constructor Starts it. [arguments] are more flags of `whatsapp-two-step sandbox`, such as `"--numbers", "2500"`.
 * @throws IllegalStateException if the command isn't there, or doesn't start; the message says what to do.
 */
public class Sandbox(vararg arguments: String) : AutoCloseable {
    private val process = start(arguments.toList())

    /** Where it listens: the `baseUrl` of a client. */
    public val baseUrl: String = url()

    private val atExit = Thread(process::destroy).also(Runtime.getRuntime()::addShutdownHook)

    /** The PIN that a number holds now, or null if it has none. */
    public fun pin(phoneNumberId: String): String? {
        require(phoneNumberId.matches(Regex("[0-9]+"))) { "a phone number ID has digits only, as in 106540352242922" }
        return Regex("\"pin\":\"([0-9]{6})\"").find(ask("GET", "pins/$phoneNumberId"))?.run { groupValues[1] }
    }

    /** Forgets everything, PINs and requests too: the next test finds it as new. */
    public fun reset() {
        ask("POST", "reset")
    }

    /** Stops it. */
    override fun close() {
        process.destroy()
        if (!process.waitFor(5, SECONDS)) process.destroyForcibly()
        try {
            Runtime.getRuntime().removeShutdownHook(atExit)
        } catch (_: IllegalStateException) {
            // The program is ending already.
        }
    }

    private fun url(): String {
        val line: String? = process.inputStream.bufferedReader().readLine()
        if (line != null && line.startsWith("http://127.0.0.1:")) return line
        val said = line ?: process.errorStream.bufferedReader().readText().trim()
        process.destroy()
        throw IllegalStateException("`$COMMAND sandbox` did not start. It said: $said")
    }

    private fun ask(method: String, place: String): String {
        val connection = URI("$baseUrl/_sandbox/$place").toURL().openConnection(Proxy.NO_PROXY) as HttpURLConnection
        connection.requestMethod = method
        connection.connectTimeout = 10_000
        connection.readTimeout = 10_000
        if (method == "POST") {
            connection.doOutput = true
            connection.outputStream.close() // an empty body
        }
        val status = connection.responseCode
        check(status == 200) { "the sandbox answered $method /_sandbox/$place with HTTP $status: is the command older than this package?" }
        return connection.inputStream.use { String(it.readBytes()) }
    }
}

private fun start(arguments: List<String>): Process {
    val named = System.getProperty("whatsapptwostep.command") ?: System.getenv("WHATSAPP_TWO_STEP_COMMAND")
    val command = named?.takeIf(String::isNotEmpty) ?: COMMAND
    try {
        return ProcessBuilder(listOf(command, "sandbox") + arguments).start()
    } catch (error: IOException) {
        throw IllegalStateException(
            "The sandbox is the command $COMMAND, and $command can't be run (${error.message}). Name its file in the system property " +
                "whatsapptwostep.command or in the environment variable WHATSAPP_TWO_STEP_COMMAND, or put it on the PATH. " +
                "`make dist` in a clone builds it into dist/bin; the Python package and the Rust crate whatsapp-two-step-cli have it too.",
            error,
        )
    }
}
