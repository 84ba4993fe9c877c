"""How the check that a picture is a stained smear is fitted and measured: pictures of other things, views of smears, weights."""
