import io.github.whatsapptwostep.ErrorKind
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.SetTwoStepPinResponse
import io.github.whatsapptwostep.TransportException
import io.github.whatsapptwostep.TransportRequest
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import io.github.whatsapptwostep.Usage
import java.io.File
import java.lang.reflect.Modifier
import java.util.jar.JarFile
import kotlinx.coroutines.runBlocking

/** What the built JAR offers: asked of its classes. */
object Contract {
    fun offered(): Map<String, Any> =
        mapOf(
            "kinds" to mapOf("ErrorKind" to ErrorKind.entries.map { it.code }),
            "outcomes" to mapOf("Outcome" to Outcome.entries.map { it.code }),
            "classes" to mapOf("the JAR" to subclasses().associateWith { null }),
            "error_fields" to mapOf("TwoStepError" to properties(TwoStepError::class.java)),
            "response_fields" to mapOf("SetTwoStepPinResponse" to properties(SetTwoStepPinResponse::class.java)),
            "usage_fields" to mapOf("Usage" to properties(Usage::class.java)),
            "settings" to mapOf("Builder" to listOf("accessToken") + setters()),
            "defaults" to defaults(),
        )

    private fun subclasses(): List<String> {
        val place = File(TwoStepError::class.java.protectionDomain.codeSource.location.toURI())
        val names = JarFile(place).use { jar -> jar.entries().toList().map { it.name } }
        return names
            .filter { Regex("io/github/whatsapptwostep/\\w+\\.class").matches(it) }
            .map { Class.forName(it.removeSuffix(".class").replace('/', '.')) }
            .filter { it.superclass == TwoStepError::class.java }
            .map { it.simpleName }
    }

    private fun properties(type: Class<*>) =
        type.declaredMethods
            .filter { Modifier.isPublic(it.modifiers) && it.parameterCount == 0 }
            .map { it.name }
            .filter { Regex("(get|is)[A-Z].*").matches(it) }
            .map { it.removePrefix("get").replaceFirstChar(Char::lowercase) }

    private fun setters() =
        TwoStepClient.Builder::class.java.declaredMethods
            .filter { Modifier.isPublic(it.modifiers) && !it.isSynthetic && it.returnType == TwoStepClient.Builder::class.java }
            .map { it.name.substringBefore('-') } // Kotlin's own Duration makes a name with a hash after it
            .distinct()

    /** What a transport sees of a client that was given nothing else. */
    private fun defaults(): Map<String, Any> {
        val seen = mutableListOf<Map<String, Any>>()
        val client =
            TwoStepClient("EAAG") {
                transport {
                    seen += settings(it)
                    throw TransportException.connection()
                }
            }
        val attempts =
            try {
                runBlocking { client.setTwoStepPin("1", "012345") }.attempts
            } catch (error: TwoStepError) {
                error.attempts
            }
        return seen.first() + mapOf("attempts" to attempts)
    }

    private fun settings(request: TransportRequest) =
        mapOf(
            "url" to request.url,
            "timeout" to request.timeLeft.toMillis() / 1000.0,
            "connect_timeout" to request.connectTimeout.toMillis() / 1000.0,
        )
}
