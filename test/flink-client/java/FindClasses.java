/** Prints those of the classes named that are not there. */
public class FindClasses {
    public static void main(String[] names) {
        for (String name : names) {
            try {
                Class.forName(name);
            } catch (ClassNotFoundException missing) {
                System.out.println(name);
            }
        }
    }
}
