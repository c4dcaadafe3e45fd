import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A job of Java, which only a JVM can run. */
public class JavaJob {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.fromSequence(1, 10).print();
        environment.execute("java");
    }
}
