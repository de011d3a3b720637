namespace TestPlugins.Library;

public static class Answer
{
    public static string Text => "library 2";
}
