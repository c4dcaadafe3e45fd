import java.io.ByteArrayInputStream;
import java.io.ObjectInputStream;
import java.util.Base64;
import java.util.Scanner;
import org.apache.flink.util.OptionalFailure;
import org.apache.flink.util.SerializedThrowable;

/** Reads results of accumulators, base64, one a line, and prints the class of each with its value, or why there is none. */
public class ReadAccumulators {
    public static void main(String[] arguments) throws Exception {
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            byte[] bytes = Base64.getDecoder().decode(lines.nextLine());
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
                OptionalFailure<?> result = (OptionalFailure<?>) in.readObject();
                if (in.read() != -1) throw new IllegalStateException("bytes are left over");
                System.out.println(result.isFailure() ? textOf(result.getFailureCause()) : textOf(result.getUnchecked()));
            }
        }
    }

    private static String textOf(Object value) {
        return value.getClass().getSimpleName() + " " + value;
    }

    private static String textOf(Throwable failure) {
        SerializedThrowable error = (SerializedThrowable) failure;
        String head = error.getOriginalErrorClassName() + ": " + error.getMessage();
        return error.getCause() == null ? head : head + ", because of " + textOf(error.getCause());
    }
}
