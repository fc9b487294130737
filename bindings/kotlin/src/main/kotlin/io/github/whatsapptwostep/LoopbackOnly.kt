package io.github.whatsapptwostep

private const val PROPERTY = "whatsapptwostep.loopbackOnly"

/**
 * The switch for test runs, `WHATSAPP_TWO_STEP_LOOPBACK_ONLY`, as a system property too: a JVM can't change its environment. It is looked
 * at when a client is made and when a call begins, so it holds for clients that exist already.
 */
internal object LoopbackOnly {
    @Volatile private var isOn = false

    fun tellCore() {
        val wanted = System.getProperty(PROPERTY).toBoolean()
        if (wanted != isOn) {
            Core.setLoopbackOnly(wanted)
            isOn = wanted
        }
    }
}
