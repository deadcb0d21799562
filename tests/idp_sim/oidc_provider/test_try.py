def test_a(world):
    print(world.claims(world.tokens_of("megan@contoso.example")["id_token"]))
def test_b(world):
    t=world.tokens_of("ana@fabrikam.example")
    print(world.claims(t["id_token"]), world.claims(t["access_token"]))
def test_c(world):
    print(world.tokens_of("otto@proseware.example"))
    print(world.graph("GET","/users")["value"][0])
