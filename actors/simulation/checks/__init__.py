"""What must hold in a simulated run, looked at by checkers that share no code with what they check."""
