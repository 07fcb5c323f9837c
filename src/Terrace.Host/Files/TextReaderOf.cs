namespace Terrace.Host.Files;

/// <summary>Reads an option's or a key's text; says what is wrong with it when it returns false.</summary>
internal delegate bool TextReaderOf<T>(string text, out T value, out string problem);
