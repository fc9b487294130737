package io.github.whatsapptwostep.testing

import org.junit.jupiter.api.extension.BeforeAllCallback
import org.junit.jupiter.api.extension.BeforeEachCallback
import org.junit.jupiter.api.extension.ExtensionContext
import org.junit.jupiter.api.extension.ExtensionContext.Namespace
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource
import org.junit.jupiter.api.extension.ParameterContext
import org.junit.jupiter.api.extension.ParameterResolver

/**
 * Gives tests of JUnit 5 or 6 a [Sandbox]: one for each test class, as new before each test, and closed at the end.
 *
 * ```kotlin
 * import io.github.whatsapptwostep.TwoStepClient
 * import io.github.whatsapptwostep.testing.Sandbox
 * import io.github.whatsapptwostep.testing.SandboxExtension
 * import org.junit.jupiter.api.Assertions.assertEquals
 * import org.junit.jupiter.api.Test
 * import org.junit.jupiter.api.extension.ExtendWith
 *
 * @ExtendWith(SandboxExtension::class)
 * class PinTest {
 *     @Test
 *     fun `sets the PIN`(sandbox: Sandbox) {
 *         TwoStepClient("EAAtest") { baseUrl(sandbox.baseUrl) }.use { it.setTwoStepPinBlocking("106540352242922", "012345") }
 *         assertEquals("012345", sandbox.pin("106540352242922"))
 *     }
 * }
 * ```
 *
 * While such a class runs, no client of this JVM reaches another machine, so that no test sets a real PIN: the extension sets the system
 * property `whatsapptwostep.loopbackOnly`. It leaves that alone where you have set it, or `WHATSAPP_TWO_STEP_LOOPBACK_ONLY`, to any value.
 *
 * Test classes may run in parallel. Tests of one class share its sandbox, so they may not.
 */
public class SandboxExtension : BeforeAllCallback, BeforeEachCallback, ParameterResolver {
    override fun beforeAll(context: ExtensionContext) {
        sandbox(context)
    }

    override fun beforeEach(context: ExtensionContext): Unit = sandbox(context).reset()

    override fun supportsParameter(parameter: ParameterContext, context: ExtensionContext): Boolean =
        parameter.parameter.type == Sandbox::class.java

    override fun resolveParameter(parameter: ParameterContext, context: ExtensionContext): Any = sandbox(context)

    /** A class's store is seen from its tests and its nested classes, and closed when the class ends. */
    private fun sandbox(context: ExtensionContext) =
        context.getStore(NAMESPACE).getOrComputeIfAbsent(Kept::class.java, { Kept() }, Kept::class.java).sandbox

    private companion object {
        val NAMESPACE: Namespace = Namespace.create(SandboxExtension::class.java)
    }
}

/** Until JUnit 5.12, a store closes only the former; from 5.13 on, it wants the latter. */
private class Kept : CloseableResource, AutoCloseable {
    val sandbox = Sandbox()

    init {
        LoopbackOnly.begin()
    }

    override fun close() {
        LoopbackOnly.end()
        sandbox.close()
    }
}

/** On from the first class that begins to the last one that ends. */
private object LoopbackOnly {
    private const val PROPERTY = "whatsapptwostep.loopbackOnly"
    private val isOurs = System.getProperty(PROPERTY) == null && System.getenv("WHATSAPP_TWO_STEP_LOOPBACK_ONLY") == null
    private var running = 0

    @Synchronized
    fun begin() {
        if (isOurs && running++ == 0) System.setProperty(PROPERTY, "true")
    }

    @Synchronized
    fun end() {
        if (isOurs && --running == 0) System.clearProperty(PROPERTY)
    }
}
