Console.WriteLine("terrace-lab");
