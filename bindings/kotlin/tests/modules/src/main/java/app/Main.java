package app;

import io.github.whatsapptwostep.TwoStepClient;
import io.github.whatsapptwostep.TwoStepError;

/** Sets a PIN, and shows an error. */
public class Main {
    public static void main(String[] arguments) throws InterruptedException {
        try (TwoStepClient client = TwoStepClient.builder("EAAsandbox").baseUrl(System.getenv("SANDBOX_URL")).build()) {
            int attempts = client.setTwoStepPinBlocking("106540352242922", "012345").getAttempts();
            System.out.println(TwoStepClient.class.getModule() + ": set in " + attempts + " attempt");
            client.setTwoStepPinBlocking("106540352242922", "12345");
        } catch (TwoStepError error) {
            System.out.println(error.getKind().getCode());
        }
    }
}
