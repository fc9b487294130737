import io.github.whatsapptwostep.TwoStepClient
import java.io.File
import java.util.spi.ToolProvider
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.io.TempDir

/** The native library where it can't be loaded, and as a module of a program that has modules. */
@Timeout(60)
class LoadingTest {
    private fun java(vararg arguments: String): String {
        val process = ProcessBuilder("${System.getProperty("java.home")}/bin/java", *arguments).redirectErrorStream(true).start()
        return process.inputStream.reader().readText()
    }

    private fun loading(vararg properties: String) = java(*properties, "-cp", System.getProperty("java.class.path"), "Loading")

    @Test
    fun oneErrorSaysItAllEachTime(@TempDir folder: File) {
        val elsewhere = loading("-Dos.arch=riscv64")
        val platform = "linux-" + System.getProperty("os.arch").replace("amd64", "x86-64")
        assertIn("UnsatisfiedLinkError: whatsapp-two-step can't load its library for linux-riscv64: ", elsewhere)
        assertIn("The JAR holds $platform. Run it on one of those", elsewhere)
        val nowhere = loading("-Djava.io.tmpdir=${File(folder, "none")}")
        assertIn("for $platform: ", nowhere)
        assertIn("-Djava.io.tmpdir", nowhere)
        for (said in listOf(elsewhere, nowhere)) {
            // A newer JDK warns of libraries, and of a folder that isn't there.
            val ours = said.lines().filter { it.isNotEmpty() && !it.startsWith("WARNING: ") }
            assertEquals(1, ours.toSet().size, said)
        }
    }

    /** As the README says: the module's name, and what else there must be. */
    @Test
    fun asAModule(@TempDir folder: File) {
        // Not okio-3.6.0.jar, which is empty, and goes by the name of the one that isn't.
        val needed = Regex("(whatsapp-two-step|okhttp|okhttp-jvm|okio-jvm|kotlin-stdlib|kotlinx-coroutines-core-jvm)-[0-9.]+\\.jar")
        val jars = System.getProperty("java.class.path").split(File.pathSeparator).filter { needed.matches(File(it).name) }
        val modules = listOf("io.github.whatsapptwostep", "kotlin.stdlib", "kotlinx.coroutines.core", "okhttp3")
        File(folder, "module-info.java").writeText("module app { ${modules.joinToString(" ") { "requires $it;" }} }")
        File(folder, "app").mkdir()
        File(folder, "app/Main.java").writeText(
            """
            package app;
            import io.github.whatsapptwostep.TwoStepClient;
            public class Main {
                public static void main(String[] arguments) throws Exception {
                    TwoStepClient client = TwoStepClient.builder("EAAsandbox").baseUrl(arguments[0]).build();
                    int attempts = client.setTwoStepPinBlocking("106540352242076", "012345").getAttempts();
                    System.out.println(TwoStepClient.class.getModule() + " " + attempts);
                }
            }
            """.trimIndent(),
        )
        val path = (jars + "$folder").joinToString(File.pathSeparator)
        val javac = ToolProvider.findFirst("javac").get()
        assertEquals(0, javac.run(System.out, System.err, "-d", "$folder", "-p", path, "$folder/module-info.java", "$folder/app/Main.java"))
        assertIn("module io.github.whatsapptwostep 1", java("-p", path, "-m", "app/app.Main", Sandbox.url))
    }
}

/** What a process of [LoadingTest] runs. */
object Loading {
    @JvmStatic
    fun main(arguments: Array<String>) = repeat(2) { println(runCatching { TwoStepClient("EAAG") }.exceptionOrNull()) }
}
