[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Terrace.Lab.Tests")]
