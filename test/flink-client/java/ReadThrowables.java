import java.io.ByteArrayInputStream;
import java.io.ObjectInputStream;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Scanner;
import org.apache.flink.util.SerializedThrowable;

/** Reads serialized throwables, base64, one a line, and prints of each error of the chain: class, message, stack trace. */
public class ReadThrowables {
    public static void main(String[] arguments) throws Exception {
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            byte[] bytes = Base64.getDecoder().decode(lines.nextLine());
            StringBuilder chain = new StringBuilder();
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
                Throwable error = (Throwable) in.readObject();
                if (in.read() != -1) throw new IllegalStateException("bytes are left over");
                // What a client does with an error: it throws it on, prints it and wraps it.
                error.addSuppressed(new Exception("more"));
                new Exception(error).printStackTrace(new java.io.PrintWriter(new java.io.StringWriter()));
                for (; error != null; error = error.getCause()) {
                    SerializedThrowable link = (SerializedThrowable) error;
                    chain.append(hex(link.getOriginalErrorClassName())).append(',');
                    chain.append(hex(link.getMessage())).append(',');
                    chain.append(hex(link.getFullStringifiedStackTrace())).append(';');
                }
            }
            System.out.println(chain);
        }
    }

    /** Every character by itself, also where half of a pair is missing. */
    private static String hex(String text) {
        byte[] units = new byte[text.length() * 2];
        for (int index = 0; index < text.length(); index++) {
            units[index * 2] = (byte) text.charAt(index);
            units[index * 2 + 1] = (byte) (text.charAt(index) >> 8);
        }
        return HexFormat.of().formatHex(units);
    }
}
